"""A simulated population with planted truth: the same configuration gives the same bytes.

Read in this order:

- `config.py`: all that a run depends on. `simulation.py`: the entrance, `simulate(config)`.
- `world.py` puts together `people.py` (`regions.py`), `topics.py` (`names.py`), and what is planted:
  `garden.py` collects, `crowd.py` makes a crowd's events, `when.py` says when, `plant_bursts.py`,
  `plant_decoys.py`, `plant_abuse.py` and `plant_people.py` plant; `truth.py` is the answer sheet.
- `talk.py` makes everyday events (`actions.py`, `items.py`); `play.py` plays a world in order of arrival
  (`arrival.py`).
- `rows.py`: events as small numbers. `columns.py`, `record_parts.py`, `ids.py`: numbers to Avro columns.
- `encode.py`: columns to Kafka records. `damage.py` makes malformed ones, `reference.py` judges them.
- `jsonl.py`: the same events as JSON lines, so that another program can count them.

This file exports nothing: import the module you need.
"""
