"""Reference pages that follow from the code: `python -m groundswell.reference [--check]`.

- `options_page.py`: settings of a job, from its options class.
- `redis_page.py`: what is served from Redis, from `schemas.served`.
- `http_page.py`: the endpoints, from the OpenAPI document.
- `cli_page.py`: every verb of the command line with its options.
- `metrics_catalog.py`, `metrics_page.py`: every metric, from the code that counts.
- `tables.py`: Markdown tables.
- `__main__.py`: writes the pages, or tells which are stale.

This file exports nothing: import the module you need.
"""
