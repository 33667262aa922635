"""What the trend engine may be told beyond the burst detector's own settings."""

from dataclasses import dataclass, field

from state.burst_config import DAY_MS, HOUR_MS, BurstConfig
from state.list_config import ListConfig
from state.scopes import USUAL_VIEWS, ViewName
from state.topic_kinds import Kind, kind_problems

_USER_LIMITS = (16, 1 << 20)


class TrendConfigError(ValueError):
    """One or more settings are out of range; the message lists all of them."""


@dataclass(frozen=True, slots=True)
class TrendConfig:
    """Settings of admission, listing and ranking.

    Attributes:
        burst: The burst detector; its ``pane_ms`` is the engine's.
        lists: Merging, relations, thresholds and review of the lists that people see.
        views: Lists to make: global, language, region, language_region (a language within a region),
            community, tag (what trends inside a tag).
        kinds: Kinds of topics to count, each with lists of its own: tag, phrase, link, post, creator, query.
        admit_pane_users: Distinct users in one pane that give a topic its own state.
        admit_hour_users: Distinct users within about an hour that do the same.
        user_limit: Users that a pane counts one by one for each topic, language and region, or place,
            16 to 2^20; a larger crowd is estimated from a sample of this size.
        user_cap: What one user can add to a pane, whatever they do; 1 = one post.
        recent_half_life_ms: Memory of the rolling count that ranks a topic.
        base_prior_ms: How long a new topic's normal level resists what it now sees: a newcomer stays news.
        base_memory_ms: Memory of that level later on.
        min_excess: An alert needs so many posts above normal within about the last hour.
        list_min_users: Distinct users of the last hour that a listed topic needs.
        list_min_surprise: Surprise of the rolling count, in deviations, that lists a topic.
        list_size: Places of a list that are right, 1 or more; weaker topics may be missing or out of date.
        alert_boost: Factor on the strength of a topic whose burst alert is in force.
        half_life_ms: Time in which the strength of a listed topic halves.
        min_strength: Below this strength a topic leaves the list.
        quiet_start_ms: No alerts before a stream is this old: at first, everything looks new.
        keep_ms: How long contributions are kept, so that a ban or a deletion can take them back.
        undo_share: Undos of deeds in closed panes are taken into account when those of a minute weigh so
            much of a topic's rolling count; 0 = always, which costs more than all counting.
        evict_ms: A topic silent for this long loses its state.
        min_users_out: Users that a pane needs to be written to the panes topic; 1 = all panes.
    """

    burst: BurstConfig = field(default_factory=BurstConfig)
    lists: ListConfig = field(default_factory=ListConfig)
    views: tuple[ViewName, ...] = USUAL_VIEWS
    kinds: tuple[Kind, ...] = ("tag", "link", "query")
    admit_pane_users: int = 3
    admit_hour_users: int = 3
    user_limit: int = 16_384
    user_cap: float = 1.0
    recent_half_life_ms: int = HOUR_MS
    base_prior_ms: int = 6 * HOUR_MS
    base_memory_ms: int = 2 * DAY_MS
    min_excess: float = 3.0
    list_min_users: int = 3
    list_min_surprise: float = 1.0
    list_size: int = 50
    alert_boost: float = 4.0
    half_life_ms: int = 3 * HOUR_MS
    min_strength: float = 0.3
    quiet_start_ms: int = HOUR_MS
    keep_ms: int = 6 * HOUR_MS
    undo_share: float = 0.05
    evict_ms: int = 14 * DAY_MS
    min_users_out: int = 2

    def __post_init__(self) -> None:
        """Report every setting that is out of range at once.

        Raises:
            TrendConfigError: With one line per setting.
        """
        above_zero = (
            "user_cap", "recent_half_life_ms", "half_life_ms", "min_strength", "alert_boost",
            "evict_ms", "base_prior_ms", "base_memory_ms",
            "admit_pane_users", "admit_hour_users", "min_users_out", "list_size",
        )  # fmt: skip
        problems = [
            f"{name} = {getattr(self, name)!r}: expected a number above 0"
            for name in above_zero
            if not getattr(self, name) > 0
        ]
        problems += [
            f"{name} = {getattr(self, name)!r}: expected 0 or more"
            for name in (
                "min_excess",
                "list_min_users",
                "list_min_surprise",
                "quiet_start_ms",
                "keep_ms",
                "undo_share",
            )
            if not getattr(self, name) >= 0
        ]
        problems += self.lists.problems()
        problems += kind_problems(self.kinds)
        if not self.views or len(set(self.views)) < len(self.views):
            problems.append(f"views = {self.views!r}: expected each of some views once")
        if not _USER_LIMITS[0] <= self.user_limit <= _USER_LIMITS[1]:
            problems.append(f"user_limit = {self.user_limit!r}: expected 16 to 1,048,576")
        if problems:
            raise TrendConfigError("trend settings:\n  " + "\n  ".join(problems))

    def sweep_due(self, before: int, pane: int) -> bool:
        """Return whether a day of event time began between two panes: time to look for silent topics."""
        day = DAY_MS // self.burst.pane_ms
        return before >= 0 and before // day != pane // day
