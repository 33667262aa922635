"""What an alert needs, and the words for what was missing.

A topic may be in the list without an alert; its record then says which tests its newest pane did not pass, so
that a reader is not left to guess at settings of a job that they do not see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from schemas.served import TrendRecord
from state.burst_config import MINUTE_MS, BurstConfig
from state.exact import Ints
from state.trend_config import TrendConfig

NO_ALERT: Final = "no alert: "  # in front of these words among the reasons of a record
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Passed:
    """Which tests each key passed; arrays have one element per key.

    Attributes:
        judged: The caller let the pane be judged at all.
        users: Enough people.
        contents: Enough contents.
        spread: No content has most of it.
        lift: Enough times the expected count.
        rise: Steep enough against the last hours.
        evidence: Improbable enough in the key's own past.
        warm: The key's own past is long enough to be believed; not a test, but it decides how many people.
    """

    judged: Bools
    users: Bools
    contents: Bools
    spread: Bools
    lift: Bools
    rise: Bools
    evidence: Bools
    warm: Bools

    @property
    def gate(self) -> Bools:
        """All but the evidence."""
        return self.judged & self.users & self.contents & self.spread & self.lift & self.rise


def users_needed(cfg: BurstConfig, warm: Bools) -> Ints:
    """Return how many people an alert of each key needs."""
    return np.where(warm, cfg.min_users, max(cfg.min_users, cfg.cold_min_users))


def missing(cfg: TrendConfig, passed: Passed, chosen: Ints, *, young: bool) -> list[tuple[str, ...]]:
    """Return what kept some keys from an alert, in words; empty for those that passed. O(chosen).

    Args:
        cfg: Settings.
        passed: Tests of all keys.
        chosen: Numbers of the keys that are asked about.
        young: The stream is younger than its quiet start, so nothing is judged.
    """
    p = passed
    tests = (p.judged, p.users, p.contents, p.spread, p.lift, p.rise, p.evidence)
    cold = (~passed.warm[chosen]).astype(np.int64)
    code = sum(((~test[chosen]).astype(np.int64) << bit for bit, test in enumerate(tests, 1)), cold)
    # Few combinations occur: each is put into words once.
    words = {which: _words(cfg, which, young=young) for which in np.unique(code).tolist()}
    return [words[which] for which in code.tolist()]


def with_tests(records: list[TrendRecord], missing: Sequence[tuple[str, ...]]) -> list[TrendRecord]:
    """Return records whose reasons also say what kept them from an alert; none is in force."""
    return [
        record if record.alert or not words else replace(record, reasons=(*record.reasons, *words))
        for record, words in zip(records, missing, strict=True)
    ]


def _words(cfg: TrendConfig, code: int, *, young: bool) -> tuple[str, ...]:
    """Return the words for the tests whose bits are set, in their order; the lowest bit says: not warm."""
    gate = cfg.burst
    users = int(users_needed(gate, np.array([not code & 1]))[0])
    quiet = f"the stream is younger than {cfg.quiet_start_ms // MINUTE_MS} minutes"
    words = (
        quiet if young else f"less than {cfg.min_excess:g} above normal within the hour",
        f"fewer than {users} people",
        f"fewer than {gate.min_fingerprints} contents",
        f"one content makes more than {gate.max_top_share:.0%}",
        f"less than {gate.min_lift:g} times the expected count",
        "no steep rise against the last hours",
        f"not improbable enough (evidence below {gate.alert_score:g})",
    )
    return tuple(NO_ALERT + word for bit, word in enumerate(words, 1) if code >> bit & 1)
