"""The command line and the local stack: the only package that may import all others.

- `cli`: the program; `verbs/`: one module for each verb, which imports what it needs when it runs.
- `stack/`: real Kafka, Redis and Flink processes on loopback, found or brought, watched and ended.
"""
