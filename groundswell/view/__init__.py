"""What people see in a terminal: pure functions from trends to rich renderables.

Words, numbers and sentences come from `serving.words`, changes of rank from `serving.ranks`.

- `columns`: the columns of the live table; `table`: the whole picture.
- `plain`: trends as plain values for JSON.
- `live`: the only module here with a clock and a terminal.
"""
