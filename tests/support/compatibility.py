"""May a new version of a schema be released beside the older ones?

Two layers: what Avro itself demands (the new schema can read every record that an old one wrote), as the
reference implementation judges it, and what we demand on top because Avro lets it pass silently: an enum with
a default may lose symbols, and a renamed field with a default just loses its data.
"""

import json
from collections.abc import Sequence

import avro.schema
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType

from schemas.avro_plan import Field, compile_plan
from schemas.released import Schema


def _house_rules(old: Sequence[Field], new: Sequence[Field]) -> list[str]:
    names = {field.name: field for field in new}
    faults = []
    for before in old:
        after = names.get(before.name)
        if after is None:
            faults.append(f"field {before.name} is gone or renamed; keep it and add another")
            continue
        if before.has_default and not after.has_default:
            faults.append(f"field {before.name} has lost its default")
        if after.symbols[: len(before.symbols)] != before.symbols:
            faults.append(f"field {before.name} has lost or moved a symbol; new symbols go to the end")
        faults += [f"{before.name}: {fault}" for fault in _house_rules(before.items, after.items)]
    return faults


def faults(new: Schema, old: Schema) -> list[str]:
    """Why the new version may not be released beside the old one; empty when it may."""
    checked = ReaderWriterCompatibilityChecker().get_compatibility(
        avro.schema.parse(json.dumps(new)), avro.schema.parse(json.dumps(old))
    )
    out = []
    if checked.compatibility is not SchemaCompatibilityType.compatible:
        out = [f"cannot read the old version: {'; '.join(sorted(checked.messages))}"]
    return out + _house_rules(compile_plan(old).fields, compile_plan(new).fields)


def transitive_faults(versions: Sequence[Schema]) -> list[str]:
    """BACKWARD_TRANSITIVE: every version against every one before it, oldest first."""
    return [
        f"version {at + 1} against version {before + 1}: {fault}"
        for at, new in enumerate(versions)
        for before, old in enumerate(versions[:at])
        for fault in faults(new, old)
    ]
