"""One module for each `groundswell produce` verb; each has `register(app)` and loads its libraries when called.

`deliver.py` is the part that all verbs share: connect, pump, print the summary, choose the exit code.
"""
