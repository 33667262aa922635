"""Frames of Jetstream v1 and v2; both become the same message.

A message's body holds `kind`, `did` and `time_us` (when the server saw it), and for commits `operation`,
`collection`, `rkey`, `rev` and `record`.

Source: bluesky-social/jetstream, README.md (v1) and network.bsky.jetstream.subscribeEvents (v2);
AT Protocol proposal 0015, "JSON Event Stream Encoding", for the envelope of v2.
"""

import msgspec

from producers.mapping.convert import BadValueError, to_ms
from producers.sources.live.message import DisconnectedError, Message, Position

_NOTHING = Message(None)  # neither an event nor a fault, and no new position


def _decode(frame: str | bytes) -> dict[str, object] | None:
    try:
        body = msgspec.json.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def read_v1(frame: str | bytes, server: str) -> Message:
    """Read a frame of `/subscribe`. Never raises."""
    body = _decode(frame)
    if body is None:
        return Message(None, fault="not a JSON object")
    kind, time_us = body.get("kind"), body.get("time_us")
    if kind == "heartbeat":
        return _NOTHING
    if not isinstance(time_us, int) or isinstance(time_us, bool) or time_us <= 0:
        return Message(None, fault="time_us: expected microseconds since 1970")
    position = Position("", time_us, server)
    commit = body.get("commit")
    flat: dict[str, object] = commit if isinstance(commit, dict) else {}
    return Message({**flat, "kind": kind, "did": body.get("did"), "time_us": time_us}, position)


def read_v2(frame: str | bytes, server: str) -> Message:
    """Read a frame of `network.bsky.jetstream.subscribeEvents`.

    Raises:
        DisconnectedError: An error frame; the server closes the stream after it.
    """
    outer = _decode(frame)
    if outer is None:
        return Message(None, fault="not a JSON object")
    if outer.get("$type") == "error":
        raise DisconnectedError(f"{server}: {outer.get('error')}: {outer.get('message', '')}")
    payload = outer.get("payload")
    # The proposal calls the envelope `event`, servers of 2026 write `message`: the payload tells what it is.
    if not isinstance(payload, dict):
        return Message(None, fault="expected an envelope with a payload")
    kind = str(payload.get("$type", "")).rpartition("#")[2]
    if kind == "info":
        return Message(None, notice=f"{server}: {payload.get('name')}: {payload.get('message', '')}")
    seq = payload.get("seq")
    if not isinstance(seq, int) or isinstance(seq, bool) or seq < 0:
        return Message(None, fault="seq: expected a whole number")
    time_us = _time_us(payload.get("witnessedAt") or payload.get("time"))
    if not time_us:
        return Message(None, fault="time: expected an RFC 3339 time")
    return Message({**payload, "kind": kind, "time_us": time_us}, Position(str(seq), time_us, server))


def _time_us(value: object) -> int:
    try:
        return (to_ms(value, "iso") or 0) * 1000
    except BadValueError:
        return 0
