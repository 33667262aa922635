"""What people see in a terminal: pure functions from trends to text and rich renderables.

- `say`: numbers, times and spans of time as short text; `sparkline`: counts and shares as blocks.
- `ranks`: what a list is compared with, so that changes of rank mean something.
- `columns`: the columns of the live table; `table`: the whole picture.
- `explain`: one trend in sentences; `plain`: trends as plain values for JSON.
- `live`: the only module here with a clock and a terminal.
"""
