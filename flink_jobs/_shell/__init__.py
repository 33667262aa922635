"""What every job needs of PyFlink, with the traps of each piece written where it is used.

- `options.py`: one typed configuration: defaults < TOML < environment < flags.
- `submit.py`: from flags to a submitted job.
- `env.py`: environments with the settings that may never differ between jobs.
- `kafka_tables.py`: topics as tables of raw bytes, with metadata and watermarks.
- `raw_batch.py`: raw records of a batch by schema, and dead letters.
- `cells.py`: keyed state that holds bytes, in thread mode and in process mode.
- `redis_sink.py`: fenced writes that are done before a checkpoint ends.

This file exports nothing: import the module you need.
"""
