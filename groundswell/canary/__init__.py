"""A synthetic event every few seconds, and how long it takes to Redis and to the HTTP API.

- `waiting.py`: which canaries are under way; no clock, no client.
- `metrics.py`: what Prometheus sees.
- `clients.py`: Kafka, Redis and HTTP.
- `run.py`: the loop.

This file exports nothing: import the module you need.
"""
