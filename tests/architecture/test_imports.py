"""Dependencies run one way. The contracts stand in pyproject.toml; here they are kept and seen to bite."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import grimp

from tests.support.tree import PACKAGES, ROOT, module_name, sources

# One forbidden line for each contract.
_VIOLATIONS = {
    "dependencies run one way": ("schemas/wire.py", "from state.codec import Codec"),
    "the core knows no engine and no client": ("state/codec.py", "import redis"),
    "producers and serving do not load Flink": ("serving/store.py", "def f():\n    import pyflink"),
    "jobs and serving do not hold a Kafka client": ("flink_jobs/one/pipeline.py", "import confluent_kafka"),
    "jobs do not know each other": ("flink_jobs/one/rows.py", "from flink_jobs.two import rows"),
}
_ALLOWED = {
    "flink_jobs/one/operators.py": "from flink_jobs._shell import env\nfrom state import codec\nimport redis",
    "flink_jobs/two/rows.py": "from schemas.wire import MAGIC",
    "flink_jobs/_shell/env.py": "import pyflink",
    "groundswell/cli.py": "from flink_jobs.one import pipeline\nfrom producers.sink import KafkaSink",
    "producers/sink.py": "import confluent_kafka",
}


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the linter of this environment in a folder, on that folder's packages."""
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"},
    )  # fmt: skip


def _miniature(folder: Path, lines: dict[str, str]) -> None:
    """Write a small tree with our contracts."""
    for name, text in lines.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for package in (*PACKAGES, "flink_jobs/_shell", "flink_jobs/one", "flink_jobs/two"):
        (folder / package).mkdir(parents=True, exist_ok=True)
        (folder / package / "__init__.py").touch()
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")


def test_contracts_are_kept() -> None:
    """No arrow goes against the layers, function-local imports included."""
    done = _lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_contracts_see_every_module() -> None:
    """A folder that the import graph lacks would be under no contract at all."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    missing = {module_name(path) for path in sources()} - graph.modules
    assert not missing, f"not in the import graph (no __init__.py?): {sorted(missing)}"


def test_allowed_imports_pass(tmp_path: Path) -> None:
    """The contracts do not forbid what the layers are for."""
    _miniature(tmp_path, _ALLOWED)
    done = _lint(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Contracts: {len(_VIOLATIONS)} kept, 0 broken" in done.stdout


def test_each_contract_is_broken_by_its_violation(tmp_path: Path) -> None:
    """Every contract of pyproject.toml has a line that it refuses."""
    _miniature(tmp_path, {**_ALLOWED, **dict(_VIOLATIONS.values())})
    for name in ("state/codec.py", "flink_jobs/two/rows.py"):
        (tmp_path / name).touch()
    done = _lint(tmp_path)
    assert done.returncode == 1
    assert f"Contracts: 0 kept, {len(_VIOLATIONS)} broken" in done.stdout, done.stdout
    assert all(f"{contract} BROKEN" in done.stdout for contract in _VIOLATIONS)
