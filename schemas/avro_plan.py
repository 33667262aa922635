"""Compile an Avro record schema into a flat list of fields that the batch codecs can walk.

Only the shapes that our events use are known: primitives, enums, `["null", primitive]`, arrays of primitives
and arrays of flat records. Anything else is refused here, once, instead of being half-read per record.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeGuard, get_args

from schemas.errors import ContractError

Kind = Literal["string", "bytes", "int", "long", "float", "double", "boolean", "enum", "array"]
_PRIMITIVES = tuple(kind for kind in get_args(Kind) if kind not in {"enum", "array"})
_NO_DEFAULT: object = object()


@dataclass(frozen=True, slots=True)
class Field:
    """One field. For an array, `items` holds the fields of one item; a plain item is one field named ""."""

    name: str
    kind: Kind
    nullable: bool = False
    symbols: tuple[str, ...] = ()
    items: tuple["Field", ...] = ()
    default: object = field(default=_NO_DEFAULT, repr=False)

    @property
    def has_default(self) -> bool:
        """Whether a writer may leave the field out."""
        return self.default is not _NO_DEFAULT

    @property
    def spans(self) -> bool:
        """Whether the value is a run of bytes with its length in front."""
        return self.kind in {"string", "bytes"}


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled record schema."""

    name: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """Find a field by name.

        Raises:
            ContractError: There is none of that name.
        """
        for item in self.fields:
            if item.name == name:
                return item
        raise ContractError(
            f"{self.name} has no field {name!r}; it has {[item.name for item in self.fields]}"
        )

    def added_by(self, later: "Plan") -> tuple["Field", ...]:
        """Fields that only a later version has; a reader fills them with their defaults.

        Raises:
            ContractError: One of them has no default, or is an array whose default is not empty.
        """
        mine = {item.name for item in self.fields}
        added = tuple(item for item in later.fields if item.name not in mine)
        for item in added:
            if not item.has_default or (item.items and item.default != []):
                raise ContractError(f"{later.name}.{item.name} was added without a simple default; add one")
        return added


def _is_schema(node: object) -> TypeGuard[dict[str, object]]:
    return isinstance(node, dict)


class _Compiler:
    """Named types may be written once and referred to later, so they are kept while a schema is read."""

    def __init__(self) -> None:
        self._named: dict[str, object] = {}

    def _resolve(self, node: object, where: str) -> object:
        if isinstance(node, str) and node not in _PRIMITIVES and node != "null":
            if node not in self._named:
                raise ContractError(
                    f"{where}: type {node!r} is not known here; expected a primitive or a named type"
                )
            return self._named[node]
        if _is_schema(node):
            if "logicalType" in node:
                raise ContractError(
                    f"{where}: logicalType is not supported; use a plain long in milliseconds"
                )
            if "name" in node:
                self._named[str(node["name"])] = node
                self._named[f"{node.get('namespace')}.{node['name']}"] = node
        return node

    def field(self, node: dict[str, object], where: str) -> Field:
        name = str(node["name"])
        where = f"{where}.{name}"
        inner = self._resolve(node["type"], where)
        nullable = isinstance(inner, list)
        if isinstance(inner, list):
            if len(inner) != 2 or inner[0] != "null":  # noqa: PLR2004 - null and one type
                raise ContractError(f'{where}: union {inner} is not supported; expected ["null", type]')
            inner = self._resolve(inner[1], where)
        kind, symbols, items = self._shape(inner, where)
        if nullable and kind == "array":
            raise ContractError(f"{where}: a nullable array is not supported; use an empty array")
        return Field(name, kind, nullable, symbols, items, node.get("default", _NO_DEFAULT))

    def _shape(self, node: object, where: str) -> tuple[Kind, tuple[str, ...], tuple[Field, ...]]:
        kind = node.get("type") if _is_schema(node) else node
        for primitive in _PRIMITIVES:
            if kind == primitive:
                return primitive, (), ()
        if _is_schema(node) and kind == "enum" and isinstance(node["symbols"], list):
            return "enum", tuple(str(symbol) for symbol in node["symbols"]), ()
        if _is_schema(node) and kind == "array":
            return "array", (), self._items(node["items"], f"{where}[]")
        raise ContractError(
            f"{where}: type {kind!r} is not supported; expected a primitive, an enum, "
            "an array of primitives or an array of flat records"
        )

    def _items(self, node: object, where: str) -> tuple[Field, ...]:
        node = self._resolve(node, where)
        if not (_is_schema(node) and node.get("type") == "record"):
            kind, symbols, deeper = self._shape(node, where)
            if deeper:
                raise ContractError(f"{where}: an array inside an array is not supported")
            return (Field("", kind, symbols=symbols),)
        fields = self.record(node, where)
        if not fields or any(item.nullable or item.items for item in fields):
            raise ContractError(f"{where}: expected at least one field, none of them nullable or an array")
        return fields

    def record(self, node: dict[str, object], where: str) -> tuple[Field, ...]:
        fields = node["fields"]
        if not isinstance(fields, list):
            raise ContractError(f"{where}: fields is {fields!r}, expected a list")
        return tuple(self.field(item, where) for item in fields)


def compile_plan(schema: dict[str, object]) -> Plan:
    """Compile a record schema given as parsed JSON.

    Raises:
        ContractError: The schema is not a record, or holds a shape outside the supported ones; the message
            names the field.
    """
    if schema.get("type") != "record":
        raise ContractError(f"schema is a {schema.get('type')!r}, expected a record")
    name = str(schema.get("name"))
    compiler = _Compiler()
    try:
        return Plan(name, compiler.record(schema, name))
    except (KeyError, TypeError, AttributeError) as fault:
        raise ContractError(f"{name}: not a valid Avro schema ({type(fault).__name__}: {fault})") from fault
