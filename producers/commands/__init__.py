"""Verbs of `groundswell produce`: each has `register(app)` and loads its libraries when it is called.

`deliver.py` is the part that all verbs share: connect, pump, print the summary, choose the exit code.
"""
