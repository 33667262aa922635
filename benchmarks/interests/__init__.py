"""How well interests are learned, ours and baselines beside each other: `python -m benchmarks.interests`.

- `ratings.py` I1: likes of films, row by row. `slates.py` I2 to I4: a shop and news, slate by slate.
- `segments.py` I5: the same films by new users, new items, and users who were away.
- `switch.py` I6: tastes that change in the middle; how many events until they are known again.
- `replicas.py` I7: 1, 4, 8, 64 heads that do not talk to each other.
- `delay.py` I8: what is done with likes that come late.
- `streams.py` makes rows of `groundswell evaluate interests` of public data; `progressive.py` predicts, then
  learns; `baselines.py` and `river_rows.py` are what we compare with. `pictures.py`: figures.
- `__main__.py`: the command.

This file exports nothing: import the module you need.
"""
