"""Find one topic for a request, or say what else there is."""

from difflib import get_close_matches

from serving.errors import StoreUnavailableError
from serving.trend import Trend
from serving.web.problems import ProblemError
from serving.web.service import Service
from serving.web.snapshot import Snapshot
from serving.web.topics import TopicKey
from serving.web.views import SHOWN, public
from serving.words.explain import elsewhere, unknown
from state.topic_kinds import canonical

_CLOSE = 3


async def found(service: Service, text: str, scope: str, kind: str) -> tuple[Trend, bool]:
    """Return the topic that a text names, and whether this is only what was last known of it.

    Raises:
        ProblemError: It is unknown here; with names that are spelled alike, or where it is listed.
        ServedError: There can be no such scope.
    """
    key = service.list_key(scope, kind, allowed=False, fill=True)
    name = canonical(kind, text)
    # A name that no topic can have is not asked for: it could not be part of a key.
    trend, stale = await service.topics.get(TopicKey(scope, name, kind)) if name else (None, False)
    if service.options.allowed_only:
        if trend and trend.record.review in SHOWN:
            return public(trend, frozenset((await listed(service, scope, kind)).places)), stale
        trend = None
    if trend is not None:
        return trend, stale
    try:
        shown = (await service.board.get(key)).newest
    except StoreUnavailableError:
        raise ProblemError("unknown-topic", unknown(name or text, scope, [])) from None
    origin = shown.origins.get(name)
    if origin:
        raise ProblemError("unknown-topic", elsewhere(name, scope, origin, "scope="), listed_in=origin)
    close = get_close_matches(name, list(shown.places), n=_CLOSE) if name else []
    raise ProblemError("unknown-topic", unknown(name or text, scope, close), did_you_mean=tuple(close))


async def listed(service: Service, scope: str, kind: str) -> Snapshot:
    """Return the list that a topic stands in."""
    key = service.list_key(scope, kind, allowed=False, fill=True)
    return (await service.board.get(key)).newest
