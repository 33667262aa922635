"""Run our commands as a user would, in a process of their own."""

import json
import subprocess
import sys
from typing import Any


def said(*words: str, timeout_s: float) -> str:
    """Return what a command wrote to standard output; fail with what it wrote to the other."""
    done = subprocess.run(
        [sys.executable, "-m", "groundswell.cli", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout_s,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def told(*words: str, timeout_s: float) -> dict[str, Any]:
    """Return what a command says with ``--json``, which stands before words for a job."""
    own = words.index("--") if "--" in words else len(words)
    text = said(*words[:own], "--json", *words[own:], timeout_s=timeout_s)
    return dict(json.loads(text.strip().splitlines()[-1]))
