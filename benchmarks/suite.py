"""Run the parts of a suite one after another: tables on the way, tables and pictures in a folder."""

import argparse
import importlib
import json
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.report import Part, SkippedError, table

ROOT = Path(__file__).resolve().parents[1]


def run_part(package: str, name: str, where: str, data: Path) -> Part:
    """Run one benchmark, ``module.function`` of a package; one that cannot run says why in its place."""
    module_name, function = where.split(".")
    module = importlib.import_module(f"{package}.{module_name}")
    start_s = time.process_time()
    try:
        part: Part = getattr(module, function)(data)
    except SkippedError as reason:
        part = Part(name, where, skipped=str(reason))
    part.seconds = time.process_time() - start_s
    return part


def main(package: str, parts: Mapping[str, str], about: str | None) -> int:
    """Parse options, run, print the tables, write them and the pictures. Returns the exit code.

    Args:
        package: Of the suite, such as benchmarks.trends; its module ``pictures`` draws.
        parts: Name -> ``module.function``.
        about: For ``--help``.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {package}", description=about)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="data folder")
    parser.add_argument("--only", nargs="+", choices=sorted(parts), default=sorted(parts), metavar="PART")
    out = ROOT / "build" / package.rpartition(".")[2]
    parser.add_argument("--out", type=Path, default=out, help="tables and pictures")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    done: list[Part] = []
    for name in options.only:
        done.append(run_part(package, name, parts[name], options.data))
        print(table(done[-1:]), flush=True)
        figures = {part.name: {line.measure: line.values for line in part.lines} for part in done}
        (options.out / "results.md").write_text(table(done), "utf-8")
        (options.out / "results.json").write_text(json.dumps(figures, indent=1), "utf-8")
    for line in _draw(package, done, options.out):
        print(line)
    return 0


def _draw(package: str, parts: list[Part], out: Path) -> list[str]:
    """Write the pictures; without matplotlib there are none."""
    try:
        pictures = importlib.import_module(f"{package}.pictures")
    except ModuleNotFoundError as error:
        if error.name != "matplotlib":
            raise
        return ["no pictures: matplotlib is missing (dependency group bench)"]
    return [str(path) for path in pictures.draw(parts, out)]
