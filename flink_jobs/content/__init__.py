"""The content job. Start with the docstring of `pipeline.py`: it is the graph.

- `__main__.py`, `submit.py`: read the settings (`options.py`), build the graph, hand it to Flink.
- `pipeline.py`: the graph, and the uid of its stateful step.
- `operators.py`: the Python steps; each makes one call into the modules below or into `state`.
- `reading.py`: raw records to posts and dead letters. `labels.py`: labels to records of the labels topic.

This file exports nothing: import the module you need.
"""
