"""No file and no function grows beyond what one sitting can read."""

from pathlib import Path

import pytest

from tests.support.sizes import FUNCTION_LIMIT, MEDIAN_LIMIT, MODULE_LIMIT, main, medians, too_long
from tests.support.tree import PACKAGES, sources


def test_no_module_and_no_function_is_above_its_limit() -> None:
    """Hard limits hold everywhere, tests and benchmarks included."""
    problems = too_long(sources(*PACKAGES, "tests", "benchmarks"))
    assert not problems, "\n".join(problems)


def test_the_median_module_is_small(capsys: pytest.CaptureFixture[str]) -> None:
    """Most modules hold one idea; `python -m tests.support.sizes` prints the figures."""
    modules, _ = medians(path for path in sources() if path.name != "__init__.py")
    main()
    assert modules <= MEDIAN_LIMIT, capsys.readouterr().out


def test_long_modules_and_functions_are_seen(tmp_path: Path) -> None:
    """Exactly at the limit is allowed, one line more is not."""
    allowed, module, function = (tmp_path / name for name in ("allowed.py", "module.py", "function.py"))
    body = "    pass\n" * (FUNCTION_LIMIT - 1)
    allowed.write_text("def f():\n" + body + "x = 1\n" * (MODULE_LIMIT - FUNCTION_LIMIT))
    module.write_text("x = 1\n" * (MODULE_LIMIT + 1))
    function.write_text("class C:\n    async def g(self):\n" + "        pass\n" * FUNCTION_LIMIT)
    assert too_long([allowed]) == []
    assert too_long([module]) == [f"{module}: 501 lines, limit 500"]
    assert too_long([function]) == [f"{function}:g:2: 61 lines, limit 60"]
