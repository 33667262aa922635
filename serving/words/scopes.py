"""Scopes and kinds in words."""


def scope_name(scope: str) -> str:
    """Return a scope in words.

    >>> scope_name("lang:en"), scope_name("region:US"), scope_name("global")
    ('language en', 'region US', 'global')
    """
    kind, _, name = scope.partition(":")
    return f"{'language' if kind == 'lang' else kind} {name}" if name else scope


def plural(kind: str) -> str:
    """Return the name of several topics of a kind.

    >>> plural("link"), plural("query")
    ('links', 'queries')
    """
    return f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"
