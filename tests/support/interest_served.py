"""What the interests job serves of one person who was shown posts about tea and cars and likes tea."""

from flink_jobs.interests.options import InterestsOptions
from schemas.served_interests import HeadRecord, InterestRecord, ItemRecord, decode
from serving.memory_interest_store import MemoryInterestStore
from state.outcome_join import Deed
from tests.support.interest_flow import END_MS, InterestFlow
from tests.support.trend_records import NOON_MS

_OF_PREFIX = {"int": InterestRecord, "itm": ItemRecord, "head": HeadRecord}


def served_interests() -> dict[str, tuple[int, bytes]]:
    """Return Redis key -> (moment, value) of person ann and posts p0 to p19; the even ones are about tea."""
    flow, deeds = InterestFlow(InterestsOptions(shards=1)), []
    for n in range(20):
        topic, at_ms = ("tea", "cars")[n % 2], NOON_MS + 60_000 * n
        shown = {"user": "ann", "item": f"p{n}", "author": f"by-{topic}", "topics": (topic,)}
        deeds.append(Deed(event_id=f"i{n}", at_ms=at_ms, action="impression", **shown))
        if topic == "tea":
            deeds.append(Deed(event_id=f"l{n}", at_ms=at_ms + 5_000, action="like", **shown))
    flow.take(deeds)
    flow.until(END_MS)
    return flow.redis


def learned() -> MemoryInterestStore:
    """Return it in a store: ann likes tea."""
    store = MemoryInterestStore()
    for key, (_, raw) in served_interests().items():
        kind, name = key.split(":")[2], key.rpartition("}:")[2]
        record = decode(_OF_PREFIX[kind], raw)
        put = {"int": store.put_interests, "itm": store.put_item}.get(kind)
        if put:
            put(name, record)  # type: ignore[arg-type]
        else:
            store.put_head(int(name), record)  # type: ignore[arg-type]
    return store
