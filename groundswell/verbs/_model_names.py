"""How people name models: by the registry, or `unnamed` for the job that runs without a name."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from serving.redis_model_store import RedisModelStore
    from state.model_entry import ModelConfig, ModelEntry

UNNAMED: Final = "unnamed"
ModelName = Annotated[
    str, typer.Argument(help="Name of the model; `unnamed` = of the job that runs without one.")
]


def tag_of(store: "RedisModelStore", name: str) -> str:
    """Return the tag of a model.

    Raises:
        ModelRefusedError: There is none of this name.
    """
    from schemas.served_models import UNREGISTERED  # noqa: PLC0415 - help must not load msgspec

    return UNREGISTERED if name == UNNAMED else store.entry(name).tag


def named(name: str, config: "ModelConfig", now_ms: int) -> "ModelEntry":
    """Return a new entry.

    Raises:
        ModelEntryError: The name cannot be one, or stands for the job without a name.
    """
    from state.model_entry import ModelEntry, ModelEntryError  # noqa: PLC0415

    if name == UNNAMED:
        raise ModelEntryError(f"{UNNAMED!r} stands for the job that runs without a name; choose another name")
    return ModelEntry(name, config, created_ms=now_ms)
