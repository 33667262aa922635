"""Dashboards for Grafana, as code: `make docs` writes them to `deploy/grafana/dashboards`.

- `panel.py`: what a panel is, and the JSON that Grafana reads.
- `overview.py`, `jobs.py`, `trends.py`, `models.py`, `serving.py`: one dashboard each.
- `boards.py`: all of them.

This file exports nothing: import the module you need.
"""
