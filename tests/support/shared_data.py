"""Development data that is never committed: it lies beside the repository, or the test is skipped."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def shared_data(name: str) -> Path:
    """Path of a file under ../shared/data; skips the test when it is absent."""
    path = REPOSITORY.parent / "shared" / "data" / name
    if not path.exists():
        pytest.skip(f"needs ../shared/data/{name}")
    return path
