"""The README and the tutorial do what they say, word by word."""

import contextlib
import json
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from groundswell.bootstrap import fingerprint, is_current
from tests.support.markdown import Block, blocks
from tests.support.pages_run import BlockFailed, environment, run, run_page, runnable
from tests.support.tree import ROOT

README = ROOT / "README.md"
TUTORIAL = ROOT / "docs" / "tutorial" / "first-trend.md"
_BLOCK_S = 600


@pytest.fixture
def env(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A terminal with a data folder of its own; what still runs there in the end is stopped."""
    assert is_current(Path(sys.prefix), fingerprint(ROOT, platform.python_version())), (
        "the environment is not what the locks say: run make setup, or make would change it under the tests"
    )
    terminal = environment(tmp_path / "stack")
    yield terminal
    (ROOT / "panes.csv").unlink(missing_ok=True)  # the tutorial's, when it stopped half way
    subprocess.run(["groundswell", "down"], env=terminal, cwd=tmp_path, check=True, capture_output=True)


def _report_of_the_readme() -> dict[str, object]:
    (block,) = (block for block in blocks(README) if "demo-report" in block.words)
    report: dict[str, object] = json.loads(block.text)
    return report


@pytest.mark.timeout(2 * _BLOCK_S)
def test_the_readme_runs_and_shows_what_one_sees(env: dict[str, str]) -> None:
    """Its blocks end well, the demonstration finds what was planted, and its report has the shape shown."""
    done = run_page(README, env, _BLOCK_S)
    (demo,) = (each for each in done if "make demo" in each.block.text)
    report = json.loads(demo.out.splitlines()[-1])
    assert set(_report_of_the_readme()) == set(report)
    assert report["events_produced"] == report["events_acknowledged"] > 0
    assert report["events_dead_lettered"] > 0
    assert report["planted_found"] > 0
    assert report["top"]


@pytest.mark.timeout(3 * _BLOCK_S)
def test_the_tutorial_runs(env: dict[str, str]) -> None:
    """From an empty stack to a list, a file of panes, and a stack that is down again."""
    done = run_page(TUTORIAL, env, _BLOCK_S)
    said = "\n".join(each.out for each in done)
    assert "pane_start_ms" in said
    assert "stopped" in said
    assert not (ROOT / "panes.csv").exists()


def test_both_pages_have_something_to_run() -> None:
    """A marker that is misspelt would make the tests above pass without running anything."""
    assert any(block.text.strip() == "make demo" for block in runnable(README))
    assert len(runnable(TUTORIAL)) > 3


def _block(text: str) -> Block:
    return Block(README, 1, "sh", ("run",), text)


@pytest.mark.parametrize("text", ["false\ntrue", "false | cat", 'echo "$NOT_SET"', "no-such-command-here"])
def test_a_block_that_fails_is_seen(tmp_path: Path, text: str) -> None:
    """At the first failing line, also inside a pipe."""
    with pytest.raises(BlockFailed, match=r"README\.md line 1 ended with code"):
        run(_block(text), environment(tmp_path), 20)


def test_a_block_that_hangs_is_ended(tmp_path: Path) -> None:
    """With everything that it started."""
    with pytest.raises(BlockFailed, match="took longer than 1 s"):
        run(_block(f"sleep 300 & echo $! > {tmp_path}/pid; wait"), environment(tmp_path), 1)
    pid = int((tmp_path / "pid").read_text())
    with contextlib.suppress(psutil.NoSuchProcess):
        child = psutil.Process(pid)
        assert child.status() == psutil.STATUS_ZOMBIE or child.wait(5) is None


def test_functions_live_on_in_later_blocks(tmp_path: Path) -> None:
    """As in a reader's terminal; other lines of earlier blocks are not run again."""
    page = tmp_path / "page.md"
    page.write_text(
        "```sh run\ntwice() {\n  echo $1$1\n}\necho once\n```\n```sh\nfalse\n```\n```sh run\ntwice ab\n```\n"
    )
    assert [done.out for done in run_page(page, environment(tmp_path), 20)] == ["once\n", "abab\n"]
