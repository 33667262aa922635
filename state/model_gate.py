"""May a model take over? Reasons against it, from what the candidate and the current one have learned."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from state.interest_head import HeadState

NEVER_MS: Final = 0


@dataclass(frozen=True, slots=True)
class GateConfig:
    """When a candidate may take over.

    Attributes:
        min_labels: Labels that its heads have learned together, at least.
        min_share: The same as a share of what the current model has learned, 0 to 1: a candidate that saw
            half of the traffic knows half of the people.
        max_behind_ms: Event time that its newest head may be behind that of the current model. Heads are
            served every five minutes by default.
    """

    min_labels: float = 1_000.0
    min_share: float = 0.5
    max_behind_ms: int = 600_000

    def __post_init__(self) -> None:
        """Report every setting that is out of range at once.

        Raises:
            ValueError: With one line per setting.
        """
        checks = (
            (self.min_labels >= 0, f"min_labels = {self.min_labels!r}: expected 0 or more"),
            (0 <= self.min_share <= 1, f"min_share = {self.min_share!r}: expected 0 to 1"),
            (self.max_behind_ms >= 0, f"max_behind_ms = {self.max_behind_ms!r}: expected 0 or more"),
        )
        problems = [text for ok, text in checks if not ok]
        if problems:
            raise ValueError("\n".join(problems))


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What is served of a model.

    Attributes:
        shards: Shards of people that have a head.
        labels: Labels that the heads have learned, together.
        as_of_ms: Event time of the newest head; 0 = there is none.
    """

    shards: frozenset[int] = frozenset()
    labels: float = 0.0
    as_of_ms: int = NEVER_MS


def status_of(heads: Iterable[tuple[int, int, HeadState]]) -> ModelStatus:
    """Return what (shard, event time, head) of a model come to."""
    found = list(heads)
    return ModelStatus(
        frozenset(shard for shard, _, _ in found),
        sum(head.learned for _, _, head in found),
        max((as_of_ms for _, as_of_ms, _ in found), default=NEVER_MS),
    )


def objections(cfg: GateConfig, candidate: ModelStatus, current: ModelStatus) -> list[str]:
    """Return what speaks against serving a candidate in place of the current model; empty = nothing.

    Args:
        cfg: Settings.
        candidate: What is served of the candidate.
        current: What is served of the current model; of one that serves nothing anybody may take over.
    """
    if not candidate.shards:
        return ["nothing is served of it: no job runs it, or it has not seen five minutes of event time"]
    found = []
    if candidate.labels < cfg.min_labels:
        found.append(f"it has learned {candidate.labels:,.0f} labels, expected {cfg.min_labels:,.0f}")
    if candidate.labels < cfg.min_share * current.labels:
        found.append(
            f"it has learned {candidate.labels:,.0f} labels, the current model {current.labels:,.0f}: "
            f"expected {cfg.min_share:.0%} of that"
        )
    if missing := sorted(current.shards - candidate.shards):
        found.append(f"shards without a head: {', '.join(map(str, missing))}")
    behind_ms = current.as_of_ms - candidate.as_of_ms
    if behind_ms > cfg.max_behind_ms:
        found.append(
            f"it is {behind_ms / 1000:,.0f} s of event time behind the current model, "
            f"at most {cfg.max_behind_ms / 1000:,.0f} s are allowed"
        )
    return found
