"""Posts that are to be labelled: what a batch of content events says, and what their texts alone tell.

Nothing here depends on the order of events or on what was seen before, so these labels are the same in every
replay. What does depend on it, the tagger, comes after; a post therefore carries all that the tagger needs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from schemas.columns import Columns
from state.language import NO_WORDS, UNKNOWN, LanguageIdentifier, Languages
from state.near_dup import id_text, near_dup_ids
from state.scopes import language_code, language_scope
from state.simhash import simhash
from state.tagger import TaggerConfig, word_places
from state.text_tokens import Tokens, tokens
from state.topics import normalise

LABELLED: Final = ("create", "edit")
OTHER: Final = "other"  # the group of all languages without a tagger of their own


class Post(msgspec.Struct, array_like=True, frozen=True):
    """One content event with a text to label.

    Attributes:
        event_id: Of the event.
        source_ms: Event time.
        received_ms: When it was first received; 0 = unknown.
        actor_id: The author.
        item_id: The post.
        lang: Language, ``und`` or ``zxx``.
        lang_prob: Of the identifier.
        lang_from: author or model.
        near_dup_id: 16 hex digits, "" without words.
        simhash: As a signed number; 0 without words.
        tags: The author's, canonical.
        learns: Whether the tagger may learn from it: not from edits, nor from copies of others' posts.
        places: Of its words in the tagger, 2 bytes each.
        action: create or edit.
        share_of: The original of a share.
        request_lang: Of the request.
        request_region: Of the request.
        account_age_days: Of the author; -1 = unknown.
        followers: Of the author; -1 = unknown.
        automated: The author says to be a robot.
    """

    event_id: str
    source_ms: int
    received_ms: int
    actor_id: str
    item_id: str
    lang: str
    lang_prob: float
    lang_from: str
    near_dup_id: str
    simhash: int
    tags: list[str]
    learns: bool
    places: bytes
    action: str = "unknown"
    share_of: str = ""
    request_lang: str = ""
    request_region: str = ""
    account_age_days: int = -1
    followers: int = -1
    automated: bool = False


@dataclass(frozen=True, slots=True)
class Readers:
    """What reads the texts.

    Attributes:
        languages: Identifies languages.
        groups: Languages that have a tagger of their own.
        tagger: Its settings.
    """

    languages: LanguageIdentifier
    groups: frozenset[str]
    tagger: TaggerConfig


def posts(
    columns: Columns, symbols: Sequence[str], good: npt.NDArray[np.bool_], readers: Readers
) -> dict[str, list[Post]]:
    """Return the posts of a decoded batch of content events by group of languages, in their order.

    Args:
        columns: The batch.
        symbols: Of the action, in the batch's schema version.
        good: Records that passed validation.
        readers: What reads the texts.
    """
    wanted = np.isin(columns.symbols("action"), [i for i, s in enumerate(symbols) if s in LABELLED]) & good
    rows = np.flatnonzero(wanted)
    if not len(rows):
        return {}
    texts = columns.strings("text").take(rows)
    found = tokens(texts)
    ids, prints = id_text(near_dup_ids(found)).to_pylist(), simhash(found).view(np.int64).tolist()
    languages = readers.languages.identify(texts)
    columns_of = {name: columns.strings(name).take(rows).to_pylist() for name in _TEXTS}
    numbers = {name: columns.ints(name)[rows].tolist() for name in _WHOLES}
    automated = columns.bools("automated")[rows].tolist()
    tags = _tags(columns)
    created = (columns.symbols("action") == list(symbols).index("create"))[rows].tolist()
    out: dict[str, list[Post]] = {}
    for i, row in enumerate(rows.tolist()):
        lang, origin = _language(languages, i, columns_of["item_lang"][i])
        post = Post(
            event_id=columns_of["event_id"][i],
            source_ms=numbers["source_ms"][i],
            received_ms=numbers["received_ms"][i],
            actor_id=columns_of["actor_id"][i],
            item_id=columns_of["item_id"][i],
            lang=lang,
            lang_prob=round(float(languages.probs[i]), 4),
            lang_from=origin,
            near_dup_id=ids[i],
            simhash=prints[i],
            tags=tags.get(row, []),
            learns=created[i] and not columns_of["share_of"][i],
            places=_places(readers.tagger, found, i),
            action="create" if created[i] else "edit",
            share_of=columns_of["share_of"][i],
            request_lang=columns_of["lang"][i],
            request_region=columns_of["region"][i],
            account_age_days=numbers["account_age_days"][i],
            followers=numbers["followers"][i],
            automated=automated[i],
        )
        out.setdefault(lang if lang in readers.groups else OTHER, []).append(post)
    return out


_TEXTS = ("event_id", "actor_id", "item_id", "item_lang", "share_of", "lang", "region")
_WHOLES = ("source_ms", "received_ms", "account_age_days", "followers")


def _language(languages: Languages, i: int, told: str) -> tuple[str, str]:
    """Return the language of a post and who says so: the identifier, or the event where that is not sure."""
    code = languages.codes[i]
    if code in (UNKNOWN, NO_WORDS) and (said := language_code(told)):
        return language_scope(said).partition(":")[2], "author"
    return code, "model"


def _tags(columns: Columns) -> Mapping[int, list[str]]:
    """Return the canonical tags of each record that has some, each once."""
    row, code, names = columns.item_codes("topics")
    canonical = [normalise(name) for name in names]
    out: dict[int, dict[str, None]] = {}
    for at, tag in zip(row.tolist(), code.tolist(), strict=True):
        if canonical[tag]:
            out.setdefault(at, {})[canonical[tag]] = None
    return {at: list(tags) for at, tags in out.items()}


def _places(cfg: TaggerConfig, found: Tokens, i: int) -> bytes:
    hashes = found.hashes[found.offsets[i] : found.offsets[i + 1]]
    return word_places(cfg, hashes).astype("<u2").tobytes()
