"""What a mapping makes of one row."""

from dataclasses import dataclass
from typing import TypeAlias, cast

Value: TypeAlias = str | int | float | bool | list[str] | list[dict[str, str]] | None
Record: TypeAlias = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Mapped:
    """One event. A field that `record` does not hold has the default of its schema.

    Attributes:
        event: Which event it is: engagement, content or moderation. Also the name of its topic.
        record: Fields of the event's newest schema. Treat as read-only.
    """

    event: str
    record: Record

    @property
    def event_id(self) -> str:
        """Key for removing duplicates."""
        return cast("str", self.record["event_id"])

    @property
    def source_ms(self) -> int:
        """Event time, milliseconds UTC."""
        return cast("int", self.record["source_ms"])

    @property
    def action(self) -> str:
        """What was done."""
        return cast("str", self.record["action"])

    @property
    def actor_id(self) -> str:
        """Who did it."""
        return cast("str", self.record["actor_id"])

    @property
    def item_id(self) -> str:
        """What it was done to; empty for moderation."""
        return cast("str", self.record.get("item_id", ""))

    @property
    def topics(self) -> list[str]:
        """Topics as the row spells them, not normalised."""
        return cast("list[str]", self.record.get("topics", []))

    @property
    def lang(self) -> str:
        """Language of the request, lower case; empty when unknown."""
        return cast("str", self.record.get("lang", ""))

    @property
    def region(self) -> str:
        """Region of the request, upper case; empty when unknown."""
        return cast("str", self.record.get("region", ""))

    @property
    def text(self) -> str:
        """Text of the content; empty for other events."""
        return cast("str", self.record.get("text", ""))

    @property
    def automated(self) -> bool:
        """The actor declares itself a robot."""
        return cast("bool", self.record.get("automated", False))

    @property
    def followers(self) -> int:
        """Followers of the actor; -1 when unknown."""
        return cast("int", self.record.get("followers", -1))

    @property
    def account_age_days(self) -> int:
        """Age of the actor's account; -1 when unknown."""
        return cast("int", self.record.get("account_age_days", -1))


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that gives no event although the mapping wanted one.

    Attributes:
        reason: One of few sentences, fit for counting; holds nothing of the row.
        detail: What was found in this row, cut to 200 characters; for people.
    """

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that a `[[skip]]` rule leaves out on purpose."""

    reason: str
