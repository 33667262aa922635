"""Run the suite: `python -m benchmarks.trends [--data DIR] [--only B1 ...] [--out DIR]`."""

import sys

from benchmarks import suite

PARTS = {
    "B1": "tickers.run",
    "B3": "market.run",
    "B4": "cold_start.run",
    "B5": "injected.run",
    "B6": "calibration.run",
    "B7": "repeat.run",
    "B8": "planted.run",
    "B9": "flags.run",
}

if __name__ == "__main__":
    sys.exit(suite.main("benchmarks.trends", PARTS, __doc__))
