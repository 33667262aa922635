"""From rows of any JSONL, CSV or TSV file to our events, by a declarative mapping file.

Read in this order:

- `event.py`: what comes out for one row: `Mapped`, `Skipped` or `Rejected`.
- `spec.py`: a mapping file as typed data; `parse.py`, `parse_value.py` read it and report all faults at once.
- `contract.py`: which fields an event has, taken from the released Avro schema.
- `values.py`, `convert.py`, `fields.py`: paths, templates, conversions; `conditions.py`: `when`.
- `mapper.py`: a mapping compiled once, `map_row` for each row; `native.py`: rows that are our events already.
- `find.py`: a mapping by name, by path, or by the name of the data file.

This file exports nothing: import the module you need.
"""
