"""Run the suite: `python -m benchmarks.interests [--data DIR] [--only I1 ...] [--out DIR]`."""

import sys

from benchmarks import suite

PARTS = {
    "I1": "ratings.run",
    "I2": "slates.shop",
    "I3": "slates.news",
    "I4": "slates.questions",
    "I5": "segments.run",
    "I6": "switch.run",
    "I7": "replicas.run",
    "I8": "delay.run",
    "I9": "residuals.run",
}

if __name__ == "__main__":
    sys.exit(suite.main("benchmarks.interests", PARTS, __doc__))
