"""All jobs have one shape, and their state can be found again by uids that never change by accident."""

import ast
from pathlib import Path

import pytest

from tests.support.jobs import UID, jobs, operator_uids, shape_faults, without_uid
from tests.support.tree import ROOT, parse

COMMITTED = Path(__file__).with_name("operator_uids.txt")


def _committed() -> list[str]:
    return [line for line in COMMITTED.read_text("utf-8").splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("job", jobs(), ids=lambda job: job.name)
def test_a_job_has_the_agreed_files(job: Path) -> None:
    """Whoever knows one job finds everything in the next one."""
    assert shape_faults(job) == []


def test_a_job_of_another_shape_is_seen(tmp_path: Path) -> None:
    """Missing files, a long entry file, a module that hides the standard library."""
    job = tmp_path / "flink_jobs" / "odd"
    job.mkdir(parents=True)
    for name in ("__init__.py", "options.py", "pipeline.py", "queue.py"):
        (job / name).touch()
    (job / "__main__.py").write_text("x = 1\n" * 13)
    assert jobs(tmp_path) == [job]
    assert [fault.split(" ")[0] for fault in shape_faults(job)] == ["operators.py", "__main__.py", "queue.py"]


def test_operator_uids_are_the_committed_ones() -> None:
    """A restore finds its state by uid. A wanted change goes into operator_uids.txt and CHANGELOG.md."""
    found = [uid for job in jobs() for uid in operator_uids(job)]
    assert sorted(found) == _committed()


def test_operator_uids_are_unique_and_say_version_and_mode() -> None:
    """Another mode or state version under an old uid would restore empty, without a word."""
    uids = _committed()
    assert len(uids) == len(set(uids))
    assert [uid for uid in uids if not UID.fullmatch(uid)] == []
    assert {uid.split("/")[0] for uid in uids} == {job.name for job in jobs()}
    assert not UID.fullmatch("trending/detect-thread")
    assert not UID.fullmatch("trending/detect-v1")


def test_state_changes_are_told_in_the_changelog() -> None:
    """Every step of the committed list stands under State in CHANGELOG.md."""
    told = (ROOT / "CHANGELOG.md").read_text("utf-8")
    steps = {uid.rsplit("-", 1)[0] for uid in _committed()}
    assert [step for step in sorted(steps) if step not in told] == []


@pytest.mark.parametrize("job", jobs(), ids=lambda job: job.name)
def test_every_stateful_step_has_a_uid(job: Path) -> None:
    """A generated uid changes whenever the graph does."""
    assert without_uid(parse(job / "pipeline.py")) == []


def test_a_step_without_uid_is_seen() -> None:
    """A uid names the step before it, and no step further up the stream."""
    named = "a.key_by(k).process(f).name('y').uid('x')"
    assert without_uid(ast.parse(named)) == []
    assert without_uid(ast.parse(f"{named}\nb = a.process(f)\n(a\n  .process(g)\n  .name('z'))")) == [2, 3]
    assert without_uid(ast.parse("a.process(f).process(g).uid('x')")) == [1]
    assert without_uid(ast.parse("a.process(f).map(g).uid('x')")) == [1]
