"""An independent count of events per (topic, scope, pane), in plain Python, record by record.

It shares no code with the job: its own normalisation, weights and scopes, written from the documentation.
"""

import gzip
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

Key = tuple[str, str, int]  # topic, scope, pane start in ms
Count = tuple[int, int, int]  # weight x 1000, events, distinct users

_MILLI = {
    "engagement": {
        "share": 700, "unshare": -700, "reply": 700, "unreply": -700, "follow": 500, "unfollow": -500,
        "search": 500, "unsearch": -500, "like": 300, "unlike": -300, "click": 100, "unclick": -100,
        "dwell": 50, "impression": 20,
    },
    "content": {"create": 1000, "delete": -1000},
}  # fmt: skip


def read_jsonl(path: Path) -> Iterable[Mapping[str, object]]:
    """Read the dump of `produce simulate --out`."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def canonical(topic: str) -> str:
    """Return the one spelling of a topic."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", topic).casefold())
    text = re.sub(r"[\s_]+", " ", text)
    text = "".join(c for c in text if c == " " or not unicodedata.category(c).startswith("C"))
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(r" +", " ", text).strip().lstrip("# ")
    return text[:100].strip()


def scopes(lang: str, region: str) -> list[str]:
    """Return the scopes of a request."""
    out = ["global"]
    primary = re.split("[-_]", lang.strip().lower())[0]
    if re.fullmatch("[a-z]{2,3}", primary):
        out.append(f"lang:{primary}")
    if re.fullmatch("[A-Z]{2}|[0-9]{3}", region.strip().upper()):
        out.append(f"region:{region.strip().upper()}")
    return out


def named(event: Mapping[str, object], kind: str) -> set[str]:
    """Return the topics of a kind that an event names: its own field by field, from the documentation."""
    engagement = event["event"] == "engagement"
    item, item_type, actor = (
        str(event.get("item_id") or ""),
        event.get("item_type", "post"),
        event["actor_id"],
    )
    found: set[str] = set()
    if kind == "tag":
        found = {canonical(str(t)) for t in event.get("topics") or []}  # type: ignore[attr-defined]
    elif kind == "query" and engagement and event["action"] in {"search", "unsearch"}:
        found = {canonical(str(event.get("query") or ""))}
    elif kind == "post":
        found = {item if engagement and item_type == "post" else ""}
        found |= {"" if engagement else str(event.get("share_of") or "")}
    elif kind == "creator" and engagement:
        followed = item_type == "user" and event["action"] in {"follow", "unfollow"}
        found = {str(event.get("author_id") or ""), item if followed else ""} - {actor}
    return {name.strip() for name in found} - {""}


def count(
    events: Iterable[Mapping[str, object]], pane_ms: int = 300_000, kind: str = "tag"
) -> dict[Key, Count]:
    """Count every event in each of its topics of a kind and scopes."""
    weight: dict[Key, int] = {}
    number: dict[Key, int] = {}
    people: dict[Key, set[str]] = {}
    for event in events:
        milli = _MILLI.get(str(event["event"]), {}).get(str(event["action"]))
        if milli is None:
            continue
        at_ms = int(str(event["source_ms"]))
        for topic in named(event, kind):
            for scope in scopes(str(event.get("lang") or ""), str(event.get("region") or "")):
                key = topic, scope, at_ms - at_ms % pane_ms
                weight[key] = weight.get(key, 0) + milli
                number[key] = number.get(key, 0) + 1
                people.setdefault(key, set()).add(str(event["actor_id"]))
    return {key: (weight[key], number[key], len(people[key])) for key in weight}
