"""The model registry as a file: what brings it back when Redis is lost."""

import json
from pathlib import Path

import msgspec

from schemas.served_models import ModelPointer
from serving.errors import ModelRefusedError
from state import model_entry
from state.model_entry import ModelEntry, ModelEntryError


class _Pointer(msgspec.Struct, forbid_unknown_fields=True):
    number: int
    current: str
    previous: str | None
    changed_ms: int


class _File(msgspec.Struct, forbid_unknown_fields=True):
    models: list[msgspec.Raw]
    pointer: _Pointer


def write(path: Path, entries: list[ModelEntry], pointer: ModelPointer) -> None:
    """Write all models and the pointer as JSON, readable and in one order.

    Raises:
        OSError: The file cannot be written.
    """
    content = {
        "models": [json.loads(model_entry.dumps(entry)) for entry in entries],
        "pointer": {name: getattr(pointer, name) for name in _Pointer.__struct_fields__},
    }
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", "utf-8")


def read(path: Path) -> tuple[list[ModelEntry], ModelPointer]:
    """Read what ``write`` wrote; each model is what its id says.

    Raises:
        OSError: The file cannot be read.
        ModelRefusedError: It is no such file, or a model in it was changed.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_File)
        entries = [model_entry.loads(bytes(raw)) for raw in found.models]
    except (msgspec.MsgspecError, ModelEntryError) as error:
        raise ModelRefusedError(f"{path}: {error}; expected a file of `groundswell models save`") from error
    pointer = ModelPointer(**{name: getattr(found.pointer, name) for name in _Pointer.__struct_fields__})
    return entries, pointer
