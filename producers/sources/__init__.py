"""Where events come from. A source is an iterator of `EncodedBatch`.

- `simulate/`: a seeded population with planted ground truth.
- `replay.py`: any JSONL, CSV or TSV file through a mapping; `lines.py` and `rows.py` read it, `tally.py`
  counts what became of every row, `linger.py` waits with a clock, `replay_cli.py` is the command.
- `live/`: public streams, followed with a cursor.
- `errors.py`: what can go wrong.

This file exports nothing: import the module you need.
"""
