"""Shared by all tests: the folder gives the marker, Hypothesis profiles."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

HERE = Path(__file__).parent
# A shell starts what runs in its background with SIGINT ignored. Tests of interrupts would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)
LEVELS = ("unit", "property", "golden", "architecture", "contract", "integration", "e2e", "browser", "docker")

# dev: quick, different examples each time. ci: the same examples each time, printed blobs replay a failure.
settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile(
    "ci",
    max_examples=100,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("nightly", max_examples=2_000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its folder's name and run the cheap levels first.

    Within a level the files that may take longest come first: at the end no worker is left with a long one.
    """
    longest_s: dict[Path, float] = {}
    for item in items:
        item.add_marker(_level(item))
        timeout = item.get_closest_marker("timeout")
        longest_s[item.path] = max(longest_s.get(item.path, 0.0), float(timeout.args[0]) if timeout else 0.0)
    items.sort(key=lambda item: (LEVELS.index(_level(item)), -longest_s[item.path]))


def _level(item: pytest.Item) -> str:
    folder = item.path.relative_to(HERE).parts[0]
    if folder not in LEVELS:
        raise pytest.UsageError(f"{item.path} lies in tests/{folder}, expected one of {', '.join(LEVELS)}")
    return folder
