"""The feed job. Start with the docstring of `pipeline.py`: it is the graph.

- `__main__.py`, `submit.py`: read the settings (`options.py`), build the graph, hand it to Flink.
- `pipeline.py`: the graph, and the uids of its steps.
- `operators.py`: the Python steps; each makes one call into the modules below or into `state`.
- `decode.py`: raw records to acts and dead letters. `pieces.py`: what travels between the steps.
- `cards.py`: one shard of items. `pools.py`: one shard of pools. `viewers.py`: one shard of people and bars.
- `served.py`: writes for Redis.

This file exports nothing: import the module you need.
"""
