"""One field of an event, compiled: find the value, run the steps of its expression, convert it."""

import re
from collections.abc import Callable
from typing import TypeAlias

from producers.mapping import convert
from producers.mapping.contract import MAX_CHARS, MAX_TEXT_CHARS, MAX_TOPIC_CHARS, MAX_TOPICS, FieldSpec
from producers.mapping.convert import BadValueError
from producers.mapping.event import Value
from producers.mapping.spec import Expr
from producers.mapping.values import Getter, Row, render

FieldGetter: TypeAlias = Callable[[Row, int, int], Value]  # row, line number, event time in ms
_Step: TypeAlias = Callable[[object], object]


def _sources(expr: Expr) -> Getter:
    if expr.constant is not None:
        constant = expr.constant
        return lambda _row, _line: constant
    getters = [render(template) for template in expr.sources]
    if len(getters) == 1:
        return getters[0]

    def first(row: Row, line: int) -> object:
        for getter in getters:
            value = getter(row, line)
            if value not in (None, "", []):
                return value
        return None

    return first


def _matcher(pattern: str) -> _Step:
    search = re.compile(pattern).search

    def match(value: object) -> object:
        found = search(convert.to_text(value) or "")
        return found[1] if found else None

    return match


def _cased(case: str) -> _Step:
    change = str.lower if case == "lower" else str.upper
    return lambda value: change(text) if (text := convert.to_text(value)) else None


def _text_steps(expr: Expr) -> list[_Step]:
    steps: list[_Step] = []
    if expr.pattern:
        steps.append(_matcher(expr.pattern))
    if expr.case:
        steps.append(_cased(expr.case))
    if expr.table is not None:
        table = expr.table
        steps.append(lambda value: table.get(convert.to_text(value) or ""))
    if expr.rename is not None:
        rename = expr.rename
        steps.append(lambda value: rename.get(text, text) if (text := convert.to_text(value)) else None)
    if expr.prefix:
        prefix = expr.prefix
        steps.append(lambda value: prefix + text if (text := convert.to_text(value)) else None)
    return steps


def _chain(steps: list[_Step]) -> _Step | None:
    if not steps:
        return None

    def run(value: object) -> object:
        for step in steps:
            if value is None or value == "":
                return None
            value = step(value)
        return value

    return run


def _bounded(name: str) -> Callable[[object], str | None]:
    limit = MAX_CHARS.get(name)
    if limit is None:
        return convert.to_text

    def bounded(value: object) -> str | None:
        text = convert.to_text(value)
        if text is not None and len(text) > limit:
            raise BadValueError(f"at most {limit} characters", f"{len(text)} characters")
        return text

    return bounded


def _clipped(value: object) -> str | None:
    text = convert.to_text(value)
    return text[:MAX_TEXT_CHARS] if text is not None else None


def _scalar(spec: FieldSpec) -> Callable[[object], Value]:
    by_name: dict[str, Callable[[object], Value]] = {
        "lang": convert.to_language,
        "item_lang": convert.to_language,
        "region": convert.to_region,
        "text": _clipped,
    }
    by_kind: dict[str, Callable[[object], Value]] = {
        "string": _bounded(spec.name),
        "int": lambda value: convert.to_int(value, 32),
        "long": convert.to_int,
        "double": convert.to_float,
        "boolean": convert.to_bool,
    }
    return by_name.get(spec.name) or by_kind[spec.kind]


def _timed(spec: FieldSpec, expr: Expr) -> FieldGetter:
    get, unit, default = _sources(expr), expr.unit or "days", expr.default
    if spec.name == "received_ms":
        unit = expr.unit or "ms"

    def timed(row: Row, line: int, at_ms: int) -> Value:
        value = get(row, line)
        if value is None or value == "":
            value = default
        if spec.name == "received_ms":
            return convert.to_ms(value, unit)
        return convert.age_days(value, unit, at_ms)

    return timed


def compile_scalar(spec: FieldSpec, expr: Expr) -> FieldGetter:
    """Compile a field with one value; None means the schema's default."""
    if spec.name in ("account_age_days", "received_ms"):
        return _timed(spec, expr)
    get, change, finish, default = _sources(expr), _chain(_text_steps(expr)), _scalar(spec), expr.default
    if change is None and default is None:
        return lambda row, line, _at_ms: finish(get(row, line))

    def scalar(row: Row, line: int, _at_ms: int) -> Value:
        value = get(row, line)
        if change is not None:
            value = change(value)
        return finish(default if value is None or value == "" else value)

    return scalar


def _list_of(value: object, expr: Expr) -> list[object]:
    if value is None or value == "":
        return []
    items: list[object] = [value]
    if isinstance(value, list):
        items = value
    elif expr.separator and isinstance(value, str):
        items = [part.strip() for part in value.split(expr.separator)]
    if not expr.each:
        return items
    return [item.get(expr.each) for item in items if isinstance(item, dict)]


def compile_list(spec: FieldSpec, exprs: tuple[Expr, ...]) -> FieldGetter:
    """Compile a field with many values: those of every expression in turn, no empty and no repeated ones."""
    parts = [(_sources(expr), _chain(_text_steps(expr)), expr) for expr in exprs]
    is_topics = spec.name == "topics"

    def many(row: Row, line: int, _at_ms: int) -> Value:
        seen: dict[str, None] = {}
        for get, change, expr in parts:
            for item in _list_of(get(row, line), expr):
                text = convert.to_text(change(item) if change else item)
                if text is not None and (not is_topics or text.strip()):
                    seen[text] = None
        if is_topics:
            check_topics(seen)
        return list(seen)

    return many


def check_topics(topics: dict[str, None] | list[str]) -> None:
    """Raise BadValueError for more or longer topics than an event may carry."""
    if len(topics) > MAX_TOPICS:
        raise BadValueError(f"at most {MAX_TOPICS} topics", f"{len(topics)} topics")
    for topic in topics:
        if len(topic) > MAX_TOPIC_CHARS:
            raise BadValueError(f"topics of at most {MAX_TOPIC_CHARS} characters", f"{len(topic)} characters")
