"""News on their way from the shards to the lists.

They travel as ``length of the name (1 byte) name moment (8 bytes) body``; the name is ``kind|scope``, and
Flink's side routes by it without decoding.
"""

from collections.abc import Iterable

from schemas.served import MAX_SCOPE_CHARS
from state import list_news
from state.list_news import ListNews

CANARIES = "canary"  # in place of the name of a list
_MOMENT_BYTES = 8
_MOST_NAME_BYTES = 255
assert MAX_SCOPE_CHARS * 3 <= _MOST_NAME_BYTES  # noqa: S101 - checked once, when the module is read


def routed(kind: str, scope: str, at_ms: int, news: ListNews) -> bytes:
    """Return news with the name of their list and their moment in front."""
    name = f"{kind}|{scope}".encode()
    address = bytes([len(name)]) + name + at_ms.to_bytes(_MOMENT_BYTES, "big")
    return address + list_news.CODEC.dumps(news)


def routed_canary(at_ms: int) -> bytes:
    """Return a canary on the way of the lists."""
    return bytes([len(CANARIES)]) + CANARIES.encode() + at_ms.to_bytes(_MOMENT_BYTES, "big")


def list_of(raw: bytes) -> str:
    """Return ``kind|scope`` of routed news."""
    return bytes(raw[1 : 1 + raw[0]]).decode()


def moment_of(raw: bytes) -> int:
    """Return the moment of routed news."""
    at = 1 + raw[0]
    return int.from_bytes(raw[at : at + _MOMENT_BYTES], "big")


def body_of(raw: bytes) -> bytes:
    """Return routed news without their address."""
    return bytes(raw[1 + raw[0] + _MOMENT_BYTES :])


def joined(bodies: Iterable[bytes]) -> ListNews:
    """Return the news of several bodies as one."""
    return list_news.together(map(list_news.CODEC.loads, bodies))
