"""What crosses a process boundary: events as Avro, topics, the wire header, and the codecs for them.

Read in this order:

- `events/<event>/v1.avsc` and `events/ids.toml`: the released schemas; `topics.toml`: who carries them.
- `released.py`, `topics.py`: those files as typed data. `wire.py`: the header in front of every value.
- `registry.py`, `registry_http.py`: schema id -> schema, from our files or from a registry server.
- `avro_plan.py`: a schema compiled to a list of fields. `avro_walk.py`: the law of reading one record.
- `avro_decode.py` (with `avro_tape.py`, `avro_fields.py`) and `columns.py`: whole batches, column by column.
- `avro_encode.py` (with `avro_parts.py`, `avro_put.py`): columns to bytes. `hashing.py`: the stable hash.
- `codec.py`, `records.py`: single records, typed. `generate.py` writes `records.py` and the reference page.
- `served.py`: Redis keys and values, the contract between jobs and serving.
- `docstrings.py`: what a class says about its attributes, for reference pages and API descriptions.

This file exports nothing: import the module you need.
"""
