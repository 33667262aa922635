"""What crosses a process boundary: events as Avro, topics, the wire header, and the codecs for them.

Read in this order:

- `events/<event>/v1.avsc` and `events/ids.toml`: the released schemas; `topics.toml`: who carries them.
- `released.py`, `topics.py`: those files as typed data. `wire.py`: the header in front of every value.
- `registry.py`, `registry_http.py`: schema id -> schema, from our files or from a registry server.
- `avro_plan.py`, `avro_decode.py`, `columns.py`, `avro_encode.py`: whole batches, column by column.
- `codec.py`, `records.py`: single records, typed. `generate.py` writes `records.py` and the reference page.
- `compat.py`: may a new version of a schema be released?

This file exports nothing: import the module you need.
"""
