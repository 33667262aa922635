"""The text of server-sent events (WHATWG HTML, section 9.2)."""

HEARTBEAT = b":\n\n"


def event(kind: str, data: bytes, name: str = "") -> bytes:
    r"""Return one event.

    Args:
        kind: What readers listen for.
        data: JSON, which has no line breaks.
        name: What a reader says to go on from here; "" = leaves that as it was.

    >>> event("change", b"{}", "7")
    b'id: 7\nevent: change\ndata: {}\n\n'
    """
    front = f"id: {name}\n" if name else ""
    return f"{front}event: {kind}\n".encode() + b"data: " + data + b"\n\n"


def greeting(retry_s: float) -> bytes:
    """Return what a stream begins with: how long a reader waits before it comes again."""
    return f"retry: {retry_s * 1000:.0f}\n\n".encode()
