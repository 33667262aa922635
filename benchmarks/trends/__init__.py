"""How well trends are found, ours and the baselines beside each other: `python -m benchmarks.trends`.

- `tickers.py` B1: labelled bursts in counts, by NAB's rules (`nab.py`).
- `market.py` B3: stock tweets by day against market events (`ranking.py`).
- `cold_start.py` B4: one day of Wikipedia edits without history.
- `injected.py` B5: planted bursts and decoys at every hour of the day (`scenes.py` makes them).
- `calibration.py` B6: does a score mean the same for every topic; churn and life of the list.
- `repeat.py` B7: the same events twice, and in another order, give the same records.
- `planted.py` B8: the planted scenario through shards and lists. `flags.py` B9: what is flagged of it.
- `sweep.py`: one series through a detector and many thresholds at once. `stream.py`: a list by the hour.
- `report.py`, `pictures.py`: tables and figures. `__main__.py`: the command.

There is no B2: it is B1 on files that are not here, with the untouched command.
This file exports nothing: import the module you need.
"""
