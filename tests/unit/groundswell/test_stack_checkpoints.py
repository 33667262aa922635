"""The checkpoint to resume from: complete, newest first, over all ids of the job."""

import os
from pathlib import Path

from groundswell.stack.checkpoints import candidates, complete


def snapshot(folder: Path, made_s: int | None) -> Path:
    """Make a snapshot folder; without a time it is unfinished: `_metadata` is written last."""
    folder.mkdir(parents=True)
    if made_s is not None:
        (folder / "_metadata").write_bytes(b"x")
        os.utime(folder / "_metadata", (made_s, made_s))
    return folder


def test_unfinished_checkpoints_are_left_out(tmp_path: Path) -> None:
    """The newest folder after a kill is often unfinished; the one before it is taken."""
    older = snapshot(tmp_path / "a" / "chk-7", 100)
    snapshot(tmp_path / "a" / "chk-8", None)
    assert [each.path for each in candidates(tmp_path, [], ["a"])] == [older]


def test_newest_first_by_time_not_by_number(tmp_path: Path) -> None:
    """chk-10 follows chk-9, and a resumed job starts counting where its checkpoint stood."""
    nine = snapshot(tmp_path / "a" / "chk-9", 100)
    ten = snapshot(tmp_path / "a" / "chk-10", 200)
    again = snapshot(tmp_path / "b" / "chk-9", 300)
    assert [each.path for each in candidates(tmp_path, [], ["a", "b"])] == [again, ten, nine]


def test_only_this_jobs_ids_count(tmp_path: Path) -> None:
    """Another job's newer checkpoint is not ours."""
    mine = snapshot(tmp_path / "a" / "chk-1", 100)
    snapshot(tmp_path / "other" / "chk-5", 900)
    assert [each.path for each in candidates(tmp_path, [], ["a"])] == [mine]


def test_a_newer_savepoint_wins(tmp_path: Path) -> None:
    """Savepoints take part by their time."""
    checkpoint = snapshot(tmp_path / "a" / "chk-1", 100)
    savepoint = snapshot(tmp_path / "savepoints" / "savepoint-x", 200)
    assert [each.path for each in candidates(tmp_path, [savepoint], ["a"])] == [savepoint, checkpoint]


def test_at_most_three_are_tried(tmp_path: Path) -> None:
    """After three failures a person has to look."""
    for number in range(1, 6):
        snapshot(tmp_path / "a" / f"chk-{number}", number)
    assert [each.path.name for each in candidates(tmp_path, [], ["a"])] == ["chk-5", "chk-4", "chk-3"]


def test_a_folder_that_vanishes_is_no_error(tmp_path: Path) -> None:
    """Flink deletes old checkpoints while we look."""
    assert complete([tmp_path / "gone"]) == []
