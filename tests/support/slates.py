"""Where decisions of feeds go, in tests."""

import time
from collections.abc import Callable

from schemas.codec import decode_value
from schemas.record_trace import Headers
from schemas.records import SlateDecided
from schemas.registry import FileRegistry


class Slates:
    """A sender that keeps what it gets."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, bytes, int]] = []
        self.headers: list[Headers] = []
        self.told: list[Callable[[bool], None]] = []
        self.arrives = True

    def send(
        self, key: bytes, value: bytes, at_ms: int, told: Callable[[bool], None], headers: Headers
    ) -> bool:
        """Keep."""
        self.sent.append((key, value, at_ms))
        self.headers.append(headers)
        self.told.append(told)
        return True

    def poll(self) -> None:
        """Tell that all arrived."""
        while self.told:
            self.told.pop()(self.arrives)

    def close(self) -> None:
        """Do nothing."""

    def event(self, decision_id: str) -> SlateDecided:
        """Return a decision, when it is there."""
        deadline_s = time.monotonic() + 10
        while time.monotonic() < deadline_s:
            for _, value, _ in self.sent:
                _, event = decode_value(value, FileRegistry())
                if isinstance(event, SlateDecided) and event.event_id == decision_id:
                    return event
            time.sleep(0.01)
        raise AssertionError("the decision was not logged")
