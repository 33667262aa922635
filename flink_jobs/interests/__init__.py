"""The interests job. Start with the docstring of `pipeline.py`: it is the graph.

- `__main__.py`, `submit.py`: read the settings (`options.py`), build the graph, hand it to Flink.
- `pipeline.py`: the graph, and the uids of its steps.
- `operators.py`: the Python steps; each makes one call into the modules below or into `state`.
- `decode.py`: raw records to deeds and dead letters. `pieces.py`: deeds on their way to a shard.
- `items.py`: one shard of items. `people.py`: one shard of people. `stores.py`, `person_store.py`: what a
  shard keeps.
- `examples.py`: labels as records of the examples topic. `served.py`: writes for Redis.

This file exports nothing: import the module you need.
"""
