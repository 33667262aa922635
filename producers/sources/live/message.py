"""What a protocol gives for every message of a stream."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Position:
    """Where to resume.

    Attributes:
        token: The protocol's own cursor, opaque outside its module; empty = only the time is known.
        time_us: Server time of the message, microseconds since 1970; 0 = unknown. Valid on every server of a
            network, where a token may not be.
        server: Address whose token this is.
    """

    token: str
    time_us: int = 0
    server: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes:
        body: Decoded JSON object; None when there is none.
        position: Where to resume after it; None when it moves nothing.
        fault: Why there is no body; empty for a good message.
        notice: Something that people should know, from the server.
    """

    body: dict[str, object] | None
    position: Position | None = None
    fault: str = ""
    notice: str = ""


class DisconnectedError(Exception):
    """The stream broke off or could not be opened; trying again may help.

    Attributes:
        retry_after_s: What the server asked for, seconds; 0 = nothing.
        forget: The token is refused for good; resume by time.
    """

    def __init__(self, reason: str, *, retry_after_s: float = 0.0, forget: bool = False) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s
        self.forget = forget
