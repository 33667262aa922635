"""HTTP: lists of trends as JSON, as server-sent events, and as Mastodon's clients expect them.

In reading order:

- `options.py`: what can be set. `shapes.py`: what answers look like. `views.py`: trends turned into them.
- `snapshot.py`: a list at one moment, encoded once. `changes.py`: what differs between two. `cursor.py`: a
  place in it. `kept.py`: the newest states of one list.
- `board.py`: keeps lists fresh, answers from them, also while the store is away; `topics.py`: single topics;
  `topic_lookup.py`: what a text names. `service.py`: all that endpoints share.
- `calls.py`: the store's blocking reads, each with a deadline.
- `problems.py`: errors as RFC 9457. `answers.py`: bytes with an ETag. `stream.py`, `sse.py`: the stream.
- `keys.py`, `bucket.py`, `limiter.py`, `redis_buckets.py`, `guard.py`: who may ask, and how often.
- `trend_routes.py`, `topic_routes.py`, `mastodon_routes.py`, `health_routes.py`: the endpoints.
- `mastodon.py`, `mastodon_shapes.py`: entities of Mastodon.
- `openapi.py`, `examples.py`: the endpoints described. `build.py`: the version.
- `shortcut.py`: the way past the framework for what was asked before.
- `metrics.py`: for Prometheus. `run.py`: the server process.

This file exports nothing: import the module you need.
"""
