"""Parts of a mapping file: expressions of `[fields]` and tests of `when`."""

import re

from producers.mapping.contract import FieldSpec
from producers.mapping.faults import Faults, kind_of
from producers.mapping.spec import Expr, Path, Scalar, Template, Test
from producers.mapping.values import parse_path, parse_template

AGE_UNITS = ("days", "year", "s", "ms", "us", "iso")
TIME_UNITS = ("s", "ms", "us", "iso")
_EXPR_KEYS = ("field", "template", "pattern", "table", "default")
_TEXT_KEYS = ("case", "rename")
_LIST_KEYS = ("each", "separator", "prefix")
_TEST_KEYS = ("is", "not", "exists", "pattern", "at_least", "below")


def _scalar(value: object) -> Scalar | None:
    return value if isinstance(value, (str, bool, int, float)) else None


def _fits(value: object, spec: FieldSpec) -> bool:
    if spec.kind == "boolean":
        return isinstance(value, bool)
    if spec.kind in ("int", "long"):
        return type(value) is int
    if spec.kind == "double":
        return type(value) in (int, float)
    return isinstance(value, str)


_WANTED = {
    "boolean": "true or false",
    "int": "a whole number",
    "long": "a whole number",
    "double": "a number",
}


def _value(faults: Faults, place: str, value: object, spec: FieldSpec) -> Scalar | None:
    if _fits(value, spec):
        return _scalar(value)
    faults.add(place, f"expected {_WANTED.get(spec.kind, 'a text')}, found {kind_of(value)}")
    return None


def _regex(faults: Faults, place: str, value: object, groups: int | None) -> str:
    text = faults.text(place, value)
    try:
        compiled = re.compile(text)
    except re.error as error:
        faults.add(place, f"not a regular expression: {error}")
        return ""
    if groups is not None and text and compiled.groups != groups:
        faults.add(
            place,
            f"expected one group ( ) around the wanted part, found {compiled.groups}; write (?: ) for others",
        )
    return text


def _template(faults: Faults, place: str, text: str) -> tuple[Template, ...]:
    try:
        return (parse_template(text),)
    except ValueError as error:
        faults.add(place, str(error))
        return ()


def path(faults: Faults, place: str, value: object) -> Path:
    """Read a path; a fault gives one that no row has."""
    text = faults.text(place, value)
    try:
        return parse_path(text) if text else ("?",)
    except ValueError as error:
        faults.add(place, str(error))
        return ("?",)


def _sources(faults: Faults, place: str, table: dict[str, object]) -> tuple[Template, ...]:
    if ("field" in table) == ("template" in table):
        faults.add(place, "expected either field or template")
        return ()
    if "template" in table:
        return _template(faults, f"{place}.template", faults.text(f"{place}.template", table["template"]))
    value = table["field"]
    names = faults.texts(f"{place}.field", value) if isinstance(value, list) else (value,)
    return tuple(Template((path(faults, f"{place}.field", name),)) for name in names)


def _renames(faults: Faults, place: str, value: object) -> dict[str, str]:
    out: dict[str, str] = {}
    for key, new in faults.table(place, value).items():
        if isinstance(new, str):
            out[key] = new
        else:
            faults.add(f"{place}.{key}", f"expected a text, found {kind_of(new)}")
    return out


def _table(faults: Faults, place: str, value: object, spec: FieldSpec) -> dict[str, Scalar]:
    out: dict[str, Scalar] = {}
    for key, new in faults.table(place, value).items():
        fitting = _value(faults, f"{place}.{key}", new, spec)
        if fitting is not None:
            out[key] = fitting
    return out


def _known_keys(spec: FieldSpec) -> tuple[str, ...]:
    if spec.name in ("account_age_days", "received_ms"):
        return ("field", "template", "unit", "default")
    if spec.kind == "strings":
        return tuple(key for key in (*_EXPR_KEYS, *_TEXT_KEYS, *_LIST_KEYS) if key != "default")
    return (*_EXPR_KEYS, *_TEXT_KEYS) if spec.kind == "string" else _EXPR_KEYS


def _long_form(faults: Faults, place: str, table: dict[str, object], spec: FieldSpec) -> Expr:
    faults.unknown_keys(place, table, _known_keys(spec))

    def optional(key: str) -> str:
        return faults.text(f"{place}.{key}", table[key]) if key in table else ""

    units = TIME_UNITS if spec.name == "received_ms" else AGE_UNITS
    return Expr(
        sources=_sources(faults, place, table),
        each=optional("each"),
        separator=optional("separator"),
        pattern=_regex(faults, f"{place}.pattern", table["pattern"], 1) if "pattern" in table else "",
        case=faults.one_of(f"{place}.case", table["case"], ("lower", "upper")) if "case" in table else "",
        table=_table(faults, f"{place}.table", table["table"], spec) if "table" in table else None,
        rename=_renames(faults, f"{place}.rename", table["rename"]) if "rename" in table else None,
        prefix=optional("prefix"),
        default=_value(faults, f"{place}.default", table["default"], spec) if "default" in table else None,
        unit=faults.one_of(f"{place}.unit", table["unit"], units) if "unit" in table else "",
    )


def _expr(faults: Faults, place: str, value: object, spec: FieldSpec) -> Expr:
    if isinstance(value, dict):
        return _long_form(faults, place, value, spec)
    if isinstance(value, str):
        return Expr(sources=_template(faults, place, value))
    return Expr(constant=_value(faults, place, value, spec))


def exprs(faults: Faults, place: str, value: object, spec: FieldSpec) -> tuple[Expr, ...]:
    """Read the value of one field: text with {fields}, a table, a constant, or for lists a list of those."""
    if spec.kind != "strings":
        return (_expr(faults, place, value, spec),)
    values = value if isinstance(value, list) else [value]
    return tuple(_expr(faults, f"{place}[{i}]", item, spec) for i, item in enumerate(values))


def _number(faults: Faults, place: str, value: object) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    faults.add(place, f"expected a number, found {kind_of(value)}")
    return None


def _choices(faults: Faults, place: str, value: object) -> tuple[Scalar, ...]:
    values = value if isinstance(value, list) else [value]
    out = tuple(scalar for item in values if (scalar := _scalar(item)) is not None)
    if not out or len(out) != len(values):
        faults.add(place, "expected a text, a number, true, false, or a list of those")
    return out


def _test(faults: Faults, place: str, key: str, value: object) -> Test:
    where = path(faults, place, key)
    if not isinstance(value, dict):
        return Test(where, among=_choices(faults, place, value))
    faults.unknown_keys(place, value, _TEST_KEYS)
    if not value:
        faults.add(place, f"expected at least one of {', '.join(_TEST_KEYS)}")
    exists = value.get("exists")
    if exists is not None and not isinstance(exists, bool):
        faults.add(f"{place}.exists", f"expected true or false, found {kind_of(exists)}")
        exists = None
    return Test(
        where,
        among=_choices(faults, f"{place}.is", value["is"]) if "is" in value else None,
        exclude=_choices(faults, f"{place}.not", value["not"]) if "not" in value else None,
        exists=exists,
        pattern=_regex(faults, f"{place}.pattern", value["pattern"], None) if "pattern" in value else "",
        at_least=_number(faults, f"{place}.at_least", value["at_least"]) if "at_least" in value else None,
        below=_number(faults, f"{place}.below", value["below"]) if "below" in value else None,
    )


def tests(faults: Faults, place: str, value: object) -> tuple[Test, ...]:
    """Read a `when`: field -> value, list of values, or table of tests."""
    table = faults.table(place, value)
    if isinstance(value, dict) and not table:
        faults.add(place, "expected at least one field; leave `when` out to match every row")
    return tuple(_test(faults, f"{place}.{key}", key, item) for key, item in table.items())
