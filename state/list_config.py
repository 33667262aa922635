"""What may be told about the lists that people see: merging, relations, thresholds of a scope, review."""

from dataclasses import dataclass

from state.burst_config import DAY_MS, HOUR_MS


@dataclass(frozen=True, slots=True)
class ListConfig:
    """Settings of a list; it belongs to one scope and one kind of topic.

    Attributes:
        window_ms: How far back the people and contents of two topics are compared, and active users counted.
        most_users_needed: A listed topic needs the fourth root of the scope's active users, but at least
            ``list_min_users`` and at most so many.
        merge_overlap: Two topics are one when so much of what was said about either was about both
            (Jaccard), 0 to 1; 1 = only when they are spelled alike.
        relate_overlap: They are related when so many of the smaller one's people or contents are shared.
        compare_min: Fewer people or contents in both are no evidence.
        review_places: Topics of the first so many places are given to people for review; 0 = none.
        review_again_ms: An unanswered request is repeated after this.
        trust_after: A topic that ended so many times without a fault needs no review.
        trust_ms: How long that trust lasts after the last time.
    """

    window_ms: int = HOUR_MS
    most_users_needed: int = 20
    merge_overlap: float = 0.5
    relate_overlap: float = 0.4
    compare_min: int = 5
    review_places: int = 10
    review_again_ms: int = DAY_MS
    trust_after: int = 3
    trust_ms: int = 30 * DAY_MS

    def problems(self) -> list[str]:
        """Return a line for each setting that is out of range."""
        out = [
            f"lists.{name} = {getattr(self, name)!r}: expected a number above 0"
            for name in ("window_ms", "most_users_needed", "compare_min", "review_again_ms", "trust_after")
            if not getattr(self, name) > 0
        ]
        out += [
            f"lists.{name} = {getattr(self, name)!r}: expected above 0, at most 1"
            for name in ("merge_overlap", "relate_overlap")
            if not 0 < getattr(self, name) <= 1
        ]
        out += [
            f"lists.{name} = {getattr(self, name)!r}: expected 0 or more"
            for name in ("review_places", "trust_ms")
            if not getattr(self, name) >= 0
        ]
        return out
