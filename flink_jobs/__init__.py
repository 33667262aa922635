"""Where it runs: thin glue between Kafka, Flink, `state` and Redis.

- `_shell/`: PyFlink's odd corners, once for all jobs.
- `trending/`: what trends. Every other folder beside it is one more job of the same shape; jobs do not know
  each other.

This file exports nothing: import the module you need.
"""
