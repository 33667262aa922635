"""One turn of a shard of people: deeds and moments that are due, in order of event time.

All people of a shard share one head, so everything in a shard happens in one order: (event time, event id),
moments that are due before deeds of the same time. Then the result does not depend on how deeds came in
batches, nor on when the turns were.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol, TypeVar

from state import (
    interest_head,
    interest_model,
    interest_past,
    interest_person,
    interest_stats,
    outcome_join,
)
from state.interest_config import InterestConfig
from state.interest_head import HeadState
from state.interest_model import About
from state.interest_past import Past
from state.interest_person import Kept, Person
from state.interest_stats import ItemStats
from state.interest_step import step_towards
from state.outcome_join import Change, Deed, JoinConfig

ERASE: Final = "erase"
WHOLE_SHARD: Final = ""  # due for the head, not for a person
_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 86_400_000
MODEL: Final = "interest-v2"
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class TurnConfig:
    """How people are handled.

    Attributes:
        learn_alone: The head also learns from actions without an impression. Only where they come with both
            labels, such as ratings.
        creators: A person's interest is also counted by author.
        person_ttl_ms: A person without a deed for this long is forgotten.
        head_step_ms: The head is served at multiples of this.
        most_names: Creators and topics that are counted over a shard's people; those met least give way.
        past_step_ms: A person's interests are told as they stood at the end of each such stretch of event
            time in which something was learned.
    """

    learn_alone: bool = False
    creators: bool = True
    person_ttl_ms: int = 90 * _DAY_MS
    head_step_ms: int = 300_000
    most_names: int = 20_000
    past_step_ms: int = _HOUR_MS

    def __post_init__(self) -> None:
        """Report every setting that is out of range at once.

        Raises:
            ValueError: With one line per setting.
        """
        checks = (
            (self.person_ttl_ms >= _DAY_MS, "person_ttl_ms: expected at least one day"),
            (self.head_step_ms >= 1_000, "head_step_ms: expected at least one second"),  # noqa: PLR2004
            (self.most_names >= 1, "most_names: expected 1 or more"),
            (self.past_step_ms >= 1_000, "past_step_ms: expected at least one second"),  # noqa: PLR2004
        )
        problems = [text for ok, text in checks if not ok]
        if problems:
            raise ValueError("\n".join(problems))


class Store(Protocol[V]):
    """Values of a shard by name."""

    def get(self, key: str) -> V | None:
        """Return a value, None when there is none. It may be changed, followed by ``put``."""

    def put(self, key: str, value: V) -> None:
        """Store a value."""

    def remove(self, key: str) -> None:
        """Remove a value, if there is one."""


class Names(Store[ItemStats], Protocol):
    """Counts of creators and topics of a shard."""

    def largest(self, most: int) -> Sequence[tuple[str, ItemStats]]:
        """Return those with the most labels, in a fixed order."""

    def keep(self, most: int) -> None:
        """Remove all but those with the most labels."""


class Agenda(Protocol):
    """Who is due when."""

    def add(self, due_ms: int, name: str) -> None:
        """Note somebody for a moment; again changes nothing."""

    def next_ms(self) -> int | None:
        """Return the earliest moment."""

    def pop(self) -> Sequence[str]:
        """Return who is noted for the earliest moment, in order of names, and forget them."""

    def forget(self, name: str) -> None:
        """Remove somebody from all moments."""


@dataclass(frozen=True, slots=True)
class Example:
    """A label that was learned, changed or taken back."""

    user: str
    change: Change
    kept: Kept
    at_ms: int


class Erased(NamedTuple):
    """Who was forgotten on request, and what was there: whether interests were, how many impressions."""

    user: str
    event_id: str
    at_ms: int
    interests: int
    impressions: int


@dataclass(slots=True)
class Told:
    """What a turn has to tell.

    Attributes:
        examples: In order.
        people: Who changed -> when last.
        erased: Who was forgotten on request, in order.
        past: Who changed -> interests as they stood at the end of earlier stretches.
        heads: (moment, stored bytes of the head then).
    """

    examples: list[Example] = field(default_factory=list)
    people: dict[str, int] = field(default_factory=dict)
    erased: list[Erased] = field(default_factory=list)
    past: dict[str, list[Past]] = field(default_factory=dict)
    heads: list[tuple[int, bytes]] = field(default_factory=list)


@dataclass(slots=True)
class Turn:
    """A shard while it is handled; ``run`` once or more.

    Attributes:
        join: Settings of the join.
        model: Settings of the model.
        cfg: Settings of the turn.
        head: Of the shard; changed in place.
        people: Of the shard.
        names: Counts of creators ("@name") and topics over the shard's people.
        agenda: Of the shard.
        told: What there is to tell.
    """

    join: JoinConfig
    model: InterestConfig
    cfg: TurnConfig
    head: HeadState
    people: Store[Person]
    names: Names
    agenda: Agenda
    told: Told = field(default_factory=Told)
    _head_ms: int = 0  # moment of a head that is noted

    def run(self, deeds: Sequence[Deed], until_ms: int) -> None:
        """Handle deeds, and what is due at or before a moment.

        Args:
            deeds: All of the shard from the last turn's moment to this one's, this one excluded, ordered by
                (event time, event id). Duplicates stand beside each other.
            until_ms: The moment.
        """
        before = ("", -1, "")
        due_ms = -1  # all up to here was done
        for deed in deeds:
            if deed.at_ms != due_ms:
                due_ms = deed.at_ms
                self._due(min(due_ms, until_ms))
            this = (deed.user, deed.at_ms, deed.event_id)
            if this != before:
                self._take(deed)
            before = this
        self._due(until_ms)

    def _due(self, now_ms: int) -> None:
        while (due_ms := self.agenda.next_ms()) is not None and due_ms <= now_ms:
            for name in self.agenda.pop():
                if name == WHOLE_SHARD:
                    self.names.keep(self.cfg.most_names)
                    self.told.heads.append((due_ms, interest_head.CODEC.dumps(self.head)))
                else:
                    self._visit(name, due_ms)

    def _visit(self, name: str, now_ms: int) -> None:
        """End what is over for a person."""
        person = self.people.get(name)
        if person is None:
            return
        if person.seen_ms + self.cfg.person_ttl_ms <= now_ms:
            self.people.remove(name)
            return
        join = person.join
        before = (join.settled, len(join.shown), len(join.touched))
        if changes := outcome_join.settle(self.join, join, now_ms):
            self._learn(name, person, changes, now_ms)
        if (join.settled, len(join.shown), len(join.touched)) != before:
            self.people.put(name, person)

    def _take(self, deed: Deed) -> None:
        if deed.action == ERASE:
            self._erase(deed)
            return
        person = self.people.get(deed.user)
        if person is None or person.seen_ms + self.cfg.person_ttl_ms <= deed.at_ms:
            person = Person()
        # What ended before this deed is learned before this deed is predicted.
        if changes := outcome_join.settle(self.join, person.join, deed.at_ms):
            self._learn(deed.user, person, changes, deed.at_ms)
        if changes := outcome_join.take(self.join, person.join, deed, lambda one: self._keep(person, one)):
            self._learn(deed.user, person, changes, deed.at_ms)
        self._note(person, deed)
        person.seen_ms = deed.at_ms
        self.people.put(deed.user, person)

    def _erase(self, deed: Deed) -> None:
        """Forget a person, and say what there was."""
        user, before = deed.user, self.people.get(deed.user)
        there = (0, 0) if before is None else (int(before.user.seen_ms > 0), len(before.join.shown))
        self.people.remove(user)
        self.agenda.forget(user)
        self.told.people.pop(user, None)
        self.told.past.pop(user, None)
        self.told.erased.append(Erased(user, deed.event_id, deed.at_ms, *there))

    def _note(self, person: Person, deed: Deed) -> None:
        """Note when somebody has to look at this person again."""
        add, at_ms, user = self.agenda.add, deed.at_ms, deed.user
        if deed.action == outcome_join.SHOWN:
            add(outcome_join.due_ms(self.join, at_ms), user)
        # Moments are noted once: what was noted for an earlier deed and is not over still stands.
        seen_ms = person.seen_ms
        for after_ms, step_ms in ((self.join.horizon_ms, _HOUR_MS), (self.cfg.person_ttl_ms, _DAY_MS)):
            steps = -(-(at_ms + after_ms) // step_ms)
            if not seen_ms or -(-(seen_ms + after_ms) // step_ms) != steps:
                add(steps * step_ms, user)
        if not self._head_ms - self.cfg.head_step_ms <= at_ms < self._head_ms:
            self._head_ms = (at_ms // self.cfg.head_step_ms + 1) * self.cfg.head_step_ms
            add(self._head_ms, WHOLE_SHARD)

    def _keep(self, person: Person, deed: Deed) -> bytes:
        """Predict what is shown now, and return what has to be kept of it."""
        author = deed.author if self.cfg.creators else ""
        kept = Kept(b"", author, deed.topics)
        get = self.names.get
        about = About(
            topics=kept.names(),
            item=interest_stats.CODEC.loads(deed.facts) if deed.facts else None,
            creator=get(f"@{deed.author}") if deed.author else None,
            topic_stats=[get(topic) for topic in deed.topics],
            item_id=deed.item,
        )
        scored = interest_model.predict(self.model, self.head, person.user, about, deed.at_ms)
        kept.scored = interest_person.pack_scored(scored)
        return interest_person.dumps_kept(kept)

    def _learn(self, user: str, person: Person, changes: Sequence[Change], now_ms: int) -> None:
        step, before_ms = self.cfg.past_step_ms, person.user.seen_ms
        if before_ms and before_ms // step < now_ms // step:
            self.told.past.setdefault(user, []).append(interest_past.past_of(self.model, person.user))
        for change in changes:
            kept = interest_person.loads_kept(change.shown.kept)
            person.user_changed = True
            kept.receipt = self._apply(person, kept, change)
            change.shown.kept = interest_person.dumps_kept(kept)
            self.told.examples.append(Example(user, change, kept, now_ms))
            self.told.people[user] = now_ms

    def _apply(
        self, person: Person, kept: Kept, change: Change
    ) -> tuple[float, int, float, float, float] | None:
        """Change person, head and counts; return the receipt of the label that holds now."""
        cfg, head, user, names = self.model, self.head, person.user, kept.names()
        scored, receipt, item = interest_person.unpack_scored(kept.scored), kept.added(), change.shown.item
        at_ms, was, now = change.shown.at_ms, change.was, change.now
        self._count(kept, (now or 0) - (was or 0), (now is not None) - (was is not None), at_ms)
        if receipt is not None and was == 0 and now == 1 and not self._observed(change):
            return interest_model.flip(cfg, head, user, names, scored, receipt, item)
        if receipt is not None:
            interest_model.undo(cfg, user, names, receipt, item)
        if now is None:
            return None
        step = None if self._observed(change) else step_towards
        return interest_model.learn(
            cfg, head, user, names, scored, label=now, at_ms=at_ms, item=item, head_step=step
        )

    def _observed(self, change: Change) -> bool:
        """Return whether only the person's counts learn from it, not the head."""
        return change.shown.alone and not self.cfg.learn_alone

    def _count(self, kept: Kept, pos: int, n: int, at_ms: int) -> None:
        """Count for creators and topics over all people of the shard."""
        for name in kept.names():
            stats = self.names.get(name) or ItemStats()
            interest_stats.add(self.model, stats, pos, n, at_ms)
            self.names.put(name, stats)
