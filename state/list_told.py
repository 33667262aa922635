"""The records of a list as readers get them: leaders, other names, and what is held back."""

from collections.abc import Sequence
from dataclasses import replace as with_fields
from zlib import crc32

from msgspec.structs import replace

from schemas.served import TrendRecord, encode
from state.list_merge import Group
from state.list_news import ListNews
from state.list_state import ListState
from state.shard_correction import UNDONE


def completed(state: ListState, news: ListNews) -> ListNews:
    """Give news of undos what the list knows of their topics; others than candidates have no place to lose.

    Such news say how strong a topic still is. Who speaks of it, and how trustworthy they are, was told by the
    last pane.
    """
    if not any(record.reasons == (UNDONE,) for record in news.records):
        return news
    records, rows = [], []
    for i, record in enumerate(news.records):
        one = state.candidates.get(record.topic)
        if record.reasons != (UNDONE,):
            records.append(record)
        elif one is not None:
            records.append(_lowered(one.record, record))
        else:
            continue
        rows.append(i)
    return with_fields(news, records=records, people=news.people[rows], contents=news.contents[rows])


def _lowered(known: TrendRecord, record: TrendRecord) -> TrendRecord:
    return replace(
        known,
        peak_ms=record.peak_ms,
        peak_strength=record.peak_strength,
        rank=record.rank,
        alert=record.alert,
        alert_ms=record.alert_ms,
        history=record.history,
        reasons=(*(reason for reason in known.reasons if reason != UNDONE), UNDONE),
    )


def headed(state: ListState, order: Sequence[str], group: Group, pane_ms: int) -> TrendRecord:
    """Return the record of a group, and remember since when it had enough people."""
    one = state.candidates[order[group.head]]
    mine = [one.record, *(state.candidates[order[i]].record for i in group.aliases)]
    if not one.passed_ms:
        one.passed_ms = pane_ms
    alerts = [r.alert_ms for r in mine if r.alert]
    return replace(
        one.record,
        alert=bool(alerts),
        # Nobody could know before it had enough people.
        alert_ms=max(min(alerts), one.passed_ms) if alerts else max(r.alert_ms for r in mine),
        recent_users=max(group.people, one.record.recent_users),
        first_seen_ms=min(r.first_seen_ms for r in mine),
        aliases=tuple(order[i] for i in group.aliases),
        related=tuple(order[i] for i in group.related),
    )


def alias(record: TrendRecord, head: str) -> TrendRecord:
    """Return the record of a name that another leads: it has no place of its own."""
    return replace(record, rank=0.0, alert=False, alert_ms=0, reasons=(f"another name of {head}",))


def held_back(record: TrendRecord, needed: int) -> TrendRecord:
    """Return the record of a topic with too few people for its scope."""
    return replace(
        record, rank=0.0, alert=False, alert_ms=0, reasons=(*record.reasons, f"needs {needed} people here")
    )


def news_of(state: ListState, records: dict[str, TrendRecord]) -> list[TrendRecord]:
    """Return the records that differ from what readers know, in the order of topics."""
    out, told = [], {}
    for topic in sorted(records):
        check = crc32(encode(records[topic]))
        if state.told.get(topic) != check:
            out.append(records[topic])
        if topic in state.candidates:
            told[topic] = check
    state.told = told
    return out
