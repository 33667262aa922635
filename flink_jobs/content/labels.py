"""Labels as records of the labels topic."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from schemas.avro_encode import Column, encode
from schemas.avro_plan import compile_plan
from schemas.registry import Registry
from schemas.released import schema_of
from schemas.topics import topic_of
from state.content_labels import LABEL_VERSION, TAG_MODEL, Label

EVENT = "content_label"
_TEXTS = (
    "event_id",
    "actor_id",
    "item_id",
    "lang",
    "near_dup_id",
    "share_of",
    "request_lang",
    "request_region",
)
_WHOLES = ("source_ms", "received_ms", "simhash", "account_age_days", "followers")


class LabelEncoder:
    """Encodes labels. Keeps the registry's newest schema of the labels topic."""

    def __init__(self, registry: Registry, lang_model: str) -> None:
        self._schema_id = registry.id_of(topic_of(EVENT).subject)
        self._plan = compile_plan(schema_of(EVENT))
        self._symbols = {
            name: list(self._plan.field(name).symbols).index for name in ("lang_from", "tags_from", "action")
        }
        self._lang_model = lang_model

    def encode(self, group: str, labels: Sequence[Label]) -> list[tuple[bytes, bytes, int]]:
        """Return (key, value, event time in ms) of each label. O(labels), in columns."""
        n = len(labels)
        flat = [pair for label in labels for pair in label.tags]
        columns: dict[str, Column] = {
            **{
                name: pa.array([getattr(label.post, name) for label in labels], pa.string())
                for name in _TEXTS
            },
            **{name: np.array([getattr(label.post, name) for label in labels], np.int64) for name in _WHOLES},
            "lang_prob": np.array([label.post.lang_prob for label in labels]),
            "lang_from": np.array([self._symbols["lang_from"](label.post.lang_from) for label in labels]),
            "tags": (
                np.array([len(label.tags) for label in labels]),
                {
                    "tag": pa.array([tag for tag, _ in flat], pa.string()),
                    "prob": np.array([round(prob, 4) for _, prob in flat], np.float64),
                },
            ),
            "tags_from": np.array([self._symbols["tags_from"](label.tags_from) for label in labels]),
            "action": np.array([self._symbols["action"](label.post.action) for label in labels]),
            "automated": np.array([label.post.automated for label in labels], np.bool_),
            "label_version": LABEL_VERSION,
            "lang_model": self._lang_model,
            "tag_model": f"{TAG_MODEL}:{group}",
            "tag_model_posts": np.array([label.learned for label in labels], np.int64),
        }
        values = encode(self._plan, columns, n, self._schema_id).values()
        return [
            (label.post.item_id.encode(), value, label.post.source_ms)
            for label, value in zip(labels, values, strict=True)
        ]
