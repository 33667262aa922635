"""What was computed, in words for people: pure functions from trends to text.

- `say`: numbers, times and spans of time as short text; `sparkline`: counts and shares as blocks.
- `scopes`: scopes and kinds in words.
- `explain`: one trend in sentences.
"""
