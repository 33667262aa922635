"""Examples in docstrings are true."""

import doctest
import importlib
import warnings
from pathlib import Path

import pytest

from tests.support.tree import module_name, shown, sources

WITH_EXAMPLES = [path for path in sources() if ">>> " in path.read_text("utf-8")]


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=shown)
def test_examples_of_a_module_hold(path: Path) -> None:
    """What a reader tries first gives what the docstring shows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # PyFlink warns of its own modules
        module = importlib.import_module(module_name(path))
    done = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert done.attempted > 0, "no example was found: is it in a docstring?"
    assert done.failed == 0


def test_a_wrong_example_is_seen() -> None:
    """A doctest that no longer holds counts as failed."""
    example = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, None)
    runner = doctest.DocTestRunner(verbose=False)
    assert runner.run(example, out=lambda _: None).failed == 1
