"""Which checkpoint a job resumes from. Pure: paths and times in, an order out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

MAX_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A complete checkpoint or savepoint.

    Attributes:
        path: its folder.
        made_ms: when its `_metadata` was written, milliseconds since 1970.
    """

    path: Path
    made_ms: int


def complete(folders: Iterable[Path]) -> list[Snapshot]:
    """Return the folders that hold `_metadata`: Flink writes it last, so the others are unfinished."""
    found: list[Snapshot] = []
    for folder in folders:
        try:
            made_ns = (folder / "_metadata").stat().st_mtime_ns
        except OSError:
            continue
        found.append(Snapshot(folder, made_ns // 1_000_000))
    return found


def candidates(checkpoints: Path, savepoints: Sequence[Path], job_ids: Sequence[str]) -> list[Snapshot]:
    """Return what a job may resume from, best first, at most three.

    Args:
        checkpoints: Flink's checkpoint folder, holding <job id>/chk-<n>.
        savepoints: folders of savepoints that were taken of this job.
        job_ids: every id that the job has had: after a second loss before the first checkpoint, the
            newest one belongs to an older id.
    """
    folders = [chk for job_id in job_ids for chk in (checkpoints / job_id).glob("chk-*")]
    found = complete([*folders, *savepoints])
    return sorted(found, key=lambda each: each.made_ms, reverse=True)[:MAX_ATTEMPTS]
