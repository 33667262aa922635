"""An independent count of events per (topic, scope, pane), in plain Python, record by record.

It shares no code with the job: its own normalisation, weights and scopes, written from the documentation.
"""

import gzip
import json
import re
import unicodedata
import zlib
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
    if re.fullmatch("[a-z]{2,3}", primary) and lang not in {"mis", "mul", "und", "zxx"}:
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


class _Totals:
    """Weight, events and people of every key."""

    def __init__(self) -> None:
        self._rows: dict[Key, list[tuple[int, str]]] = {}

    def add(self, key: Key, milli: int, actor: str) -> None:
        self._rows.setdefault(key, []).append((milli, actor))

    def counts(self) -> dict[Key, Count]:
        return {
            key: (sum(milli for milli, _ in rows), len(rows), len({actor for _, actor in rows}))
            for key, rows in self._rows.items()
        }


def has_words(event: Mapping[str, object]) -> bool:
    """Return whether the content of an event has words."""
    if str(event.get("item_lang") or "").lower().startswith("zxx"):
        return False
    shows = event["event"] == "content" and event.get("media") and not event.get("share_of")
    text = re.sub(r"https?://\S+|[@#]\S+", " ", str(event.get("text") or ""))
    return not shows or any(c.isalpha() for c in text)


def places(event: Mapping[str, object], names: set[str], topic: str) -> list[str]:
    """Return the community of an event and the tags beside a topic; at most four tags have a list inside."""
    out = [f"community:{event['community']}"] if event.get("community") else []
    few = sorted(names, key=lambda name: zlib.crc32(name.encode()))[:4]
    return out + [f"tag:{name.replace(' ', '_')}" for name in few if name != topic]


def count(
    events: Iterable[Mapping[str, object]],
    pane_ms: int = 300_000,
    kind: str = "tag",
    *,
    in_places: bool = False,
) -> dict[Key, Count]:
    """Count every event in each of its topics of a kind and scopes; without words, in all its languages."""
    totals, pictures = _Totals(), []
    heard: dict[tuple[str, int], set[str]] = {}
    for event in events:
        milli = _MILLI.get(str(event["event"]), {}).get(str(event["action"]))
        if milli is None:
            continue
        at_ms, actor = int(str(event["source_ms"])), str(event["actor_id"])
        pane = at_ms - at_ms % pane_ms
        tags = named(event, "tag")
        mine = scopes(str(event.get("lang") or ""), str(event.get("region") or ""))
        for topic in named(event, kind):
            beside = topic if kind == "tag" else ""
            for scope in mine + (places(event, tags, beside) if in_places else []):
                totals.add((topic, scope, pane), milli, actor)
            heard.setdefault((topic, pane), set()).update(s for s in mine if s.startswith("lang:"))
            if not has_words(event):
                pictures.append((topic, pane, mine, milli, actor))
    for topic, pane, mine, milli, actor in pictures:
        for scope in heard[topic, pane] - set(mine):
            totals.add((topic, scope, pane), milli, actor)
    return totals.counts()
