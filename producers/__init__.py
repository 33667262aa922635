"""Where events enter: simulated, replayed from files, or live; all end in one Kafka sink.

Read in this order:

- `batch.py`: what every source yields. `sources/`: the sources themselves.
- `pump.py`: moves batches from a source to the sink; `pacing.py` holds them back, `progress.py` shows them.
- `sink.py`: Kafka, with an exact count of what was acknowledged; `connect.py` opens it.
- `cli.py`: the command `groundswell produce`; `commands/` has one module for each source.
- `mapping/` and `mappings/`: how rows of foreign files become our events.
- `errors.py`: what can go wrong.

This file exports nothing: import the module you need.
"""
