"""The Flink jobs as folders, found by looking: a new job needs no new test."""

import ast
import importlib
import re
import sys
import warnings
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import get_args, get_type_hints

from tests.support.tree import ROOT

AGREED = ("__init__.py", "__main__.py", "options.py", "pipeline.py", "operators.py")
MAIN_LINES = 12
_SETTERS = {"uid", "name", "set_parallelism", "set_max_parallelism", "slot_sharing_group"}
UID = re.compile(r"[a-z_]+/[a-z-]+-v[0-9]+(-p[0-9]+)?(-s[0-9]+)?-(thread|process)")


def jobs(root: Path = ROOT) -> list[Path]:
    """Return the folder of each job; `_shell` is none."""
    folders = (root / "flink_jobs").iterdir()
    return sorted(path for path in folders if path.is_dir() and path.name[0] not in "._")


def shape_faults(job: Path) -> list[str]:
    """Return how a job's folder differs from what every job looks like."""
    found = [f"{name} is missing" for name in AGREED if not (job / name).exists()]
    main = job / "__main__.py"
    if main.exists() and len(main.read_text("utf-8").splitlines()) > MAIN_LINES:
        found.append(
            f"__main__.py has more than {MAIN_LINES} lines: Flink pickles what is defined there by value"
        )
    return found + [
        f"{path.name} is named after the standard library and would hide it when the job is submitted"
        for path in sorted(job.iterdir())
        if path.stem in sys.stdlib_module_names
    ]


def without_uid(tree: ast.Module) -> list[int]:
    """Return the lines of stateful steps (`.process(...)`) that get no `.uid(...)`."""
    named = [_step_under(node) for node in ast.walk(tree) if _method(node) == "uid"]
    return [node.lineno for node in ast.walk(tree) if _method(node) == "process" and node not in named]


def _method(node: ast.AST | None) -> str:
    """Return "name" for a call of the form `<something>.name(...)`."""
    return node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""


def _step_under(call: ast.AST) -> ast.AST | None:
    """Return the step that this uid names: what stands before it, past calls that only set something."""
    while _method(call) in _SETTERS:
        call = call.func.value
    return call


def operator_uids(job: Path) -> list[str]:
    """Return what the job's `..._uid` functions say under its default options, in every execution mode."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # PyFlink warns of its own modules
        pipeline = importlib.import_module(f"flink_jobs.{job.name}.pipeline")
    named = [value for name, value in sorted(vars(pipeline).items()) if name.endswith("_uid")]
    return [uid for make in named for uid in _in_all_modes(make)]


def _in_all_modes(make: Callable[..., str]) -> Iterable[str]:
    kind = get_type_hints(make)["options"]
    assert any(field.name == "execution_mode" for field in fields(kind))
    modes = get_args(get_type_hints(kind)["execution_mode"])
    return [make(replace(kind(), execution_mode=mode)) for mode in modes]
