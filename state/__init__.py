"""What we compute: pure functions on plain values. No Flink, no Kafka, no Redis, no clock.

From an event to a trend, read in this order:

- `validate.py` (`validate_rules.py`, `validate_kinds.py`): is a readable record also sensible?
- `topics.py`, `actions.py`, `trust.py`: one name for a topic, the worth of an action, the word of an account.
- `pane_events.py`, `pane_split.py`: events of a batch to pieces, one for each shard and pane.
- `contributions.py`: who did what, in rows that add up in any order; what a shard collects.
- `shard_pane.py`: a complete pane of a shard, from its pieces to the verdict, in these steps:
- `pane_rows.py` (`scopes.py`), `summary.py`: rows per topic and scope; people, contents and their count.
- `trend_engine.py` (`trend_config.py`): one pane of one shard: admit, score, alert, rank, record.
- `tail_sketch.py`, `trend_key.py`, `recent_samples.py`, `trend_base.py`: what a shard and a topic remember.
- `trend_rank.py`, `ranking.py`: the place in the list, and a strength that fades without re-scoring.
- `backoff.py`: from which scopes a reader fills a list that is too short.

The burst detector, which knows only counts:

- `burst.py` (`burst_config.py`, `burst_layout.py`): score a pane against the key's own past.
- `burst_rates.py`, `burst_silence.py`, `burst_profile.py`, `burst_tail.py`: how it learns.
- `burst_gate.py` (`alert_tests.py`): one alert per burst, and what a topic without one lacked.

Under all of them: `exact.py`, the same bits on every machine; `codec.py`, kind and version of stored bytes.

This file exports nothing: import the module you need.
"""
