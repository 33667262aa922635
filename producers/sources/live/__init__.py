"""Public streams, followed with a cursor: a disconnect loses nothing, and a repetition is told by its id.

Read in this order:

- `message.py`: what a protocol gives: one message and the position after it.
- `sse.py`, `jetstream.py` with `frames.py`: the two protocols. `follow.py` reconnects.
- `pull.py` bridges to plain iterators.
- `wikimedia.py`, `bluesky.py`: what messages mean; `memory.py` remembers what a deletion does not tell.
- `source.py`: batches with positions. `cursor.py` keeps the position of what Kafka acknowledged in a file.
- `run.py`, `cli.py`: the commands `produce wikimedia` and `produce bluesky`.

This file exports nothing: import the module you need.
"""
