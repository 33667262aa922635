"""Our wheel, built from this tree as a release would be."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.tree import PACKAGES, ROOT

# Where a step leaves a line about the code that it runs, when this variable names a file.
WITNESS = "TEST_CODE_WITNESS"
_LINE = """
import os as _os

if _os.environ.get({variable!r}):
    with open(_os.environ[{variable!r}], "a") as _file:
        _file.write({version!r} + chr(10))
"""


def wheel(folder: Path, version: str, witness: str) -> Path:
    """Build a wheel of this tree under another version and return it.

    Args:
        folder: Where to work; must not exist.
        version: For its name and metadata.
        witness: Module file that gets a few lines which leave the version in the file of `WITNESS`, as an
            import happens on a cluster.
    """
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    told = (ROOT / "pyproject.toml").read_text("utf-8")
    ours = told.replace('\nversion = "0.1.0"\n', f'\nversion = "{version}"\n')
    (folder / "pyproject.toml").write_text(ours, encoding="utf-8")
    with (folder / witness).open("a", encoding="utf-8") as module:
        module.write(_LINE.format(variable=WITNESS, version=version))
    tools = ROOT / ".venv" / "tools"
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "dist"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "dist" / f"groundswell-{version}-py3-none-any.whl"
