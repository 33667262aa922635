"""Redis keys of canaries: the newest synthetic event that came through each job.

``groundswell:v1:canary:<job>`` is a HASH like all that jobs write: ``_v`` the fence, ``d`` the event time of
the newest canary in milliseconds, as decimal digits. `groundswell canary` sends them and looks for them.
"""

from collections.abc import Mapping
from typing import Final

from schemas.served import ServedError

CANARY_PREFIX: Final = "groundswell:v1:canary"
CANARY_JOBS: Final = ("trending", "interests")
CANARY_TTL_MS: Final = 86_400_000


def canary_key(job: str) -> str:
    """Return the key of a job.

    Raises:
        ServedError: The job passes no canaries on.
    """
    if job not in CANARY_JOBS:
        raise ServedError(f"job {job!r} passes no canaries on: expected one of {', '.join(CANARY_JOBS)}")
    return f"{CANARY_PREFIX}:{job}"


def decode_canary(raw: bytes) -> int:
    """Return the event time of a canary in milliseconds.

    Raises:
        ServedError: Other bytes.
    """
    if not raw.isdigit() or len(raw) > 19:  # noqa: PLR2004 - of 64 bits
        raise ServedError(f"not a canary: {raw[:40]!r}; expected milliseconds as digits")
    return int(raw)


def decode_canaries(found: Mapping[str, bytes | None]) -> dict[str, int]:
    """Return job -> event time of its newest canary; jobs without one are left out.

    Raises:
        ServedError: Other bytes.
    """
    return {job: decode_canary(raw) for job, raw in found.items() if raw is not None}
