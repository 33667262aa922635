"""The trending job. Start with the docstring of `pipeline.py`: it is the graph.

- `__main__.py`, `submit.py`: read the settings (`options.py`), build the graph, hand it to Flink.
- `pipeline.py`: the graph, and the uids of its steps.
- `operators.py`: the Python steps; each makes one call into the modules below or into `state`.
- `decode.py`: raw records to counted rows and dead letters. `rows.py`: those rows as text for Flink's SQL.
- `panes.py`: closed panes to shards and to the panes topic. `served.py`: verdicts to writes for Redis.

This file exports nothing: import the module you need.
"""
