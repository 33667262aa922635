"""A version of the interest model: settings and features under the hash of their canonical bytes.

An entry never changes: another setting is another entry with another id. Two builds that agree on an id agree
on every prediction, given the same deeds.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field, fields
from typing import Final

import msgspec

from state.interest_config import InterestConfig
from state.interest_features import FEATURES
from state.interest_turn import MODEL

TAG_CHARS: Final = 12
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")


class ModelEntryError(ValueError):
    """A model is not what its id says, or this build cannot run it."""


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """All settings that a prediction depends on, deeds and labels aside.

    Attributes:
        model: The model.
        learn_alone: As of `state.interest_turn.TurnConfig`.
        creators: The same.
    """

    model: InterestConfig = field(default_factory=InterestConfig)
    learn_alone: bool = False
    creators: bool = True


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One version of the model.

    Attributes:
        name: What people call it: a small letter, then small letters, digits and hyphens, at most 40.
        config: Its settings.
        layout: Name of the features' meaning; a change of what a feature is changes it.
        features: Their names in order.
        created_ms: When it was registered, clock time, UTC. Not part of the id.
    """

    name: str
    config: ModelConfig = field(default_factory=ModelConfig)
    layout: str = MODEL
    features: tuple[str, ...] = FEATURES
    created_ms: int = 0

    def __post_init__(self) -> None:
        """Check the name.

        Raises:
            ModelEntryError: It cannot be one.
        """
        if not _NAME.fullmatch(self.name):
            raise ModelEntryError(
                f"model name {self.name!r}: expected a small letter, then small letters, digits and hyphens, "
                "at most 40"
            )

    @property
    def id(self) -> str:
        """SHA-256 of the canonical bytes, 64 hexadecimal digits."""
        return hashlib.sha256(canonical(self)).hexdigest()

    @property
    def tag(self) -> str:
        """The first digits of the id: what stands in Redis keys and in examples."""
        return self.id[:TAG_CHARS]


def canonical(entry: ModelEntry) -> bytes:
    """Return what the id is made of: JSON with sorted keys and no spaces, without name and time of creation.

    Whole numbers of settings that may have a fraction are written with one, so that ``60`` and ``60.0`` are
    the same setting.
    """
    config: dict[str, object] = asdict(entry.config)
    config["model"] = {
        one.name: float(value) if one.type is float else value
        for one in fields(InterestConfig)
        for value in [getattr(entry.config.model, one.name)]
    }
    content = {"config": config, "features": entry.features, "layout": entry.layout}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def dumps(entry: ModelEntry) -> bytes:
    """Return an entry as JSON, with its id."""
    content = json.loads(canonical(entry))
    named = {"id": entry.id, "name": entry.name, "created_ms": entry.created_ms}
    return json.dumps(named | content, sort_keys=True).encode()


class _Stored(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    name: str
    config: ModelConfig
    layout: str
    features: tuple[str, ...]
    created_ms: int = 0


_decoder: Final = msgspec.json.Decoder(_Stored, strict=False)


def loads(raw: bytes) -> ModelEntry:
    """Read an entry and check that it is what its id says.

    Raises:
        ModelEntryError: Other bytes, a setting that this build does not know or refuses, another id.
    """
    try:
        found = _decoder.decode(raw)
    except (msgspec.MsgspecError, ValueError) as error:
        raise ModelEntryError(f"not a model that this build knows: {error}") from error
    entry = ModelEntry(found.name, found.config, found.layout, found.features, found.created_ms)
    if entry.id != found.id:
        raise ModelEntryError(
            f"model {entry.name!r} says its id is {found.id[:TAG_CHARS]}..., its content gives {entry.tag}: "
            "it was changed, or this build has other settings. Register it under a new name."
        )
    return entry


def unrunnable(entry: ModelEntry) -> str:
    """Return why this build cannot run or serve a model; empty = it can."""
    if (entry.layout, entry.features) == (MODEL, FEATURES):
        return ""
    return (
        f"its features are {entry.layout} ({len(entry.features)}), this build has {MODEL} ({len(FEATURES)}): "
        "use the build that it was made for"
    )
