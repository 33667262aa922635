"""What was computed, as readers get it. Knows Redis and the served contract, neither Flink nor Kafka.

- `trend`: one listed topic, one list, and how a rank becomes a strength. Event time only.
- `store`: what every store of trends can do; `redis_store` reads what the job wrote, `memory_store` is a fake
  with the same contract.
- `fill`: a list that is too short, filled from others. `ranks`: how places changed, and since when.
- `words`: all of it in words for people.
- `web`: HTTP; `app.py` makes the application.
- `errors`: what can go wrong while reading.
"""
