"""Run the suite: `python -m benchmarks.interests [--data DIR] [--only I1 ...] [--out DIR]`."""

import argparse
import importlib
import json
import sys
import time
from pathlib import Path

from benchmarks.trends.report import Part, SkippedError, table

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
ROOT = Path(__file__).resolve().parents[2]


def run_part(name: str, data: Path) -> Part:
    """Run one benchmark; one that cannot run says why in its place."""
    module_name, function = PARTS[name].split(".")
    module = importlib.import_module(f"benchmarks.interests.{module_name}")
    start_s = time.process_time()
    try:
        part: Part = getattr(module, function)(data)
    except SkippedError as reason:
        part = Part(name, PARTS[name], skipped=str(reason))
    part.seconds = time.process_time() - start_s
    return part


def draw(parts: list[Part], out: Path) -> list[str]:
    """Write the pictures; without matplotlib there are none."""
    try:
        pictures = importlib.import_module("benchmarks.interests.pictures")
    except ModuleNotFoundError as error:
        if error.name != "matplotlib":
            raise
        return ["no pictures: matplotlib is missing (dependency group bench)"]
    return [str(path) for path in pictures.draw(parts, out)]


def main() -> int:
    """Parse options, run, print the tables, write them and the pictures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.interests", description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="data folder")
    parser.add_argument("--only", nargs="+", choices=sorted(PARTS), default=sorted(PARTS), metavar="I")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "interests", help="tables and pictures")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    parts = []
    for name in options.only:
        parts.append(run_part(name, options.data))
        print(table(parts[-1:]), flush=True)
        figures = {part.name: {line.measure: line.values for line in part.lines} for part in parts}
        (options.out / "results.md").write_text(table(parts), "utf-8")
        (options.out / "results.json").write_text(json.dumps(figures, indent=1), "utf-8")
    for line in draw(parts, options.out):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
