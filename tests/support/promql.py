"""Names of metrics in a PromQL expression; enough of its grammar for what we write."""

import re

_STRING = re.compile(r'"[^"]*"|\'[^\']*\'')
_LABELS = re.compile(r"\{[^}]*\}|\b(?:by|on|without|ignoring|group_left|group_right)\s*\([^)]*\)")
_RANGE = re.compile(r"\[[^\]]*\]")
_NAME = re.compile(r"(?<![\w.])[a-zA-Z_:][\w:]*(?![\w:])(?!\s*\()")  # a function is called
_WORDS = {
    "and", "or", "unless", "by", "on", "without", "ignoring", "group_left", "group_right", "offset", "bool",
}  # fmt: skip


def metrics_of(expression: str) -> set[str]:
    """Return the metrics that an expression reads."""
    text = _RANGE.sub("", _LABELS.sub(" ", _STRING.sub("", expression)))
    return set(_NAME.findall(text)) - _WORDS
