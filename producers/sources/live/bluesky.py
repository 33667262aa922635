"""Bluesky: commits of user repositories become engagement and content.

Event time is when the server saw a commit: the time a client writes into its record may be any. A deletion
says only which record went; what it was is remembered for a while, and one not remembered is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import cast

from producers.mapping.contract import MAX_TEXT_CHARS, MAX_TOPIC_CHARS, MAX_TOPICS
from producers.mapping.convert import BadValueError, to_language, to_text
from producers.mapping.event import Mapped, Record, Rejected, Skipped, Value
from producers.sources.live.memory import Memory

POST, LIKE, REPOST = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.repost"
FOLLOW, BLOCK = "app.bsky.graph.follow", "app.bsky.graph.block"
COLLECTIONS = (POST, LIKE, REPOST, FOLLOW, BLOCK)

_TAG, _LINK = "app.bsky.richtext.facet#tag", "app.bsky.richtext.facet#link"
_ACTIONS = {LIKE: ("like", "unlike"), REPOST: ("share", "unshare"), FOLLOW: ("follow", "unfollow")}
_ACTIONS[BLOCK] = ("block", "unblock")
_MAX_URI_CHARS, _MAX_DID_CHARS = 512, 256  # what item_id and actor_id take
_MEMORY = 200_000

_NOT_A_COMMIT = Skipped("an account or identity event")
_FORGOTTEN = Skipped("taken back, but what it was is not remembered")
_UPDATED = Skipped("an update of a record that has no edit")


@dataclass(frozen=True, slots=True)
class _Post:
    """What is remembered of a post."""

    topics: list[str]
    lang: str


def _dig(value: object, *path: str) -> object:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _text(value: object) -> str:
    try:
        return to_text(value) or "" if isinstance(value, str) else ""
    except BadValueError:
        return ""


def _language(value: object) -> str:
    first = value[0] if isinstance(value, list) and value else None
    try:
        return to_language(first) or ""
    except BadValueError:
        return ""


def _features(record: object) -> Iterator[dict[str, object]]:
    facets = _dig(record, "facets")
    for facet in facets if isinstance(facets, list) else ():
        features = _dig(facet, "features")
        yield from (f for f in (features if isinstance(features, list) else ()) if isinstance(f, dict))


def _tags(record: object) -> list[str]:
    """Tags in the text and beside it; what is too long or too many is cut: the post counts without it."""
    beside = _dig(record, "tags")
    found = [_text(f.get("tag")) for f in _features(record) if f.get("$type") == _TAG]
    found += [_text(tag) for tag in (beside if isinstance(beside, list) else ())]
    fitting = (tag for tag in found if tag.strip() and len(tag) <= MAX_TOPIC_CHARS)
    return list(dict.fromkeys(fitting))[:MAX_TOPICS]


def _media(embed: object) -> list[str]:
    if _dig(embed, "media") is not None:  # a quotation with media holds both
        embed = _dig(embed, "media")
    images = _dig(embed, "images")
    found = [
        f"image:{link}"
        for image in (images if isinstance(images, list) else ())
        if (link := _text(_dig(image, "image", "ref", "$link")))
    ]
    video = _text(_dig(embed, "video", "ref", "$link"))
    return [*found, f"video:{video}"] if video else found


def _parts(body: dict[str, object]) -> list[str] | Rejected:
    """Five texts that make the address and the id of a commit."""
    parts = [body.get(name) for name in ("did", "collection", "rkey", "operation", "rev")]
    if not all(isinstance(part, str) and part and part.isascii() for part in parts):
        return Rejected("commit: expected did, collection, rkey, operation and rev")
    texts = cast("list[str]", parts)
    if sum(map(len, texts[:3])) > _MAX_URI_CHARS - len("at:////") or len(texts[0]) > _MAX_DID_CHARS:
        return Rejected("commit: the address is too long")
    if texts[3] not in ("create", "update", "delete"):
        return Rejected("commit: expected create, update or delete", ascii(texts[3])[:80])
    return texts


class Translator:
    """Turns commits into events; remembers posts, likes, reposts, follows and blocks for a while.

    Args:
        memory: How many posts, and how many other records, to remember (about 400 bytes each).
    """

    def __init__(self, memory: int = _MEMORY) -> None:
        self._posts: Memory[_Post] = Memory(memory)
        self._subjects: Memory[str] = Memory(memory)

    def __call__(self, body: dict[str, object]) -> Mapped | Rejected | Skipped:
        """Translate one message. Never raises, whatever the body is."""
        if body.get("kind") != "commit":
            return _NOT_A_COMMIT
        parts = _parts(body)
        if isinstance(parts, Rejected):
            return parts
        did, collection, rkey, operation, _ = parts
        uri = f"at://{did}/{collection}/{rkey}"
        digest = blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
        record: Record = {
            "event_id": f"bsky-{digest}",
            "source_ms": cast("int", body["time_us"]) // 1000,
            "actor_id": did,
            "client": "bluesky",
        }
        if collection == POST:
            return self._post(record, uri, operation, body.get("record"))
        if collection in _ACTIONS:
            return self._engagement(record, uri, (collection, operation), body.get("record"))
        return Skipped("a record of another kind")

    def _post(self, record: Record, uri: str, operation: str, post: object) -> Mapped | Rejected | Skipped:
        record["item_id"] = uri
        if operation == "delete":
            known = self._posts.get(uri)
            # Without its topics the deletion takes nothing back from them, but readers of content need it.
            record |= {"action": "delete", "topics": list(known.topics) if known else []}
            if known and known.lang:
                record |= {"lang": known.lang, "item_lang": known.lang}
            return Mapped("content", record)
        if not isinstance(post, dict):
            return Rejected("post: expected a record")
        topics, lang = _tags(post), _language(post.get("langs"))
        self._posts.put(uri, _Post(topics, lang))
        embed = post.get("embed")
        quoted = _text(_dig(embed, "record", "uri")) or _text(_dig(embed, "record", "record", "uri"))
        links = [_text(f.get("uri")) for f in _features(post) if f.get("$type") == _LINK]
        links.append(_text(_dig(embed, "external", "uri")))
        optional: dict[str, Value] = {
            "text": _text(post.get("text"))[:MAX_TEXT_CHARS],
            "lang": lang,
            "item_lang": lang,
            "reply_to": _text(_dig(post, "reply", "parent", "uri")),
            "share_of": quoted,
            "links": list(dict.fromkeys(filter(None, links))),
            "media": _media(embed),
        }
        record |= {"action": "edit" if operation == "update" else "create", "topics": cast("Value", topics)}
        return Mapped("content", record | {name: value for name, value in optional.items() if value})

    def _engagement(
        self, record: Record, uri: str, what: tuple[str, str], done: object
    ) -> Mapped | Rejected | Skipped:
        collection, operation = what
        if operation == "update":
            return _UPDATED
        if operation == "delete":
            subject = self._subjects.get(uri) or ""
            if not subject:
                return _FORGOTTEN
        else:
            subject = _text(
                _dig(done, "subject") if collection in (FOLLOW, BLOCK) else _dig(done, "subject", "uri")
            )
            if not 0 < len(subject) <= _MAX_URI_CHARS:
                return Rejected(f"{collection.rpartition('.')[2]}: expected a subject")
            self._subjects.put(uri, subject)
        record["action"] = _ACTIONS[collection][operation == "delete"]
        record["item_id"] = subject
        if collection in (FOLLOW, BLOCK):
            record |= {"item_type": "user", "author_id": subject}
            return Mapped("engagement", record)
        record["author_id"] = subject.removeprefix("at://").partition("/")[0]
        known = self._posts.get(subject)
        if known is not None:
            record |= {"topics": list(known.topics), "item_lang": known.lang}
        return Mapped("engagement", record)
