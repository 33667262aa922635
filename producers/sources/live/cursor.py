"""The position of a stream in a small file, written only after Kafka acknowledged everything before it."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from producers.errors import ConfigError
from producers.sources.live.message import Position

if TYPE_CHECKING:
    from producers.batch import EncodedBatch
    from producers.sink import KafkaSink
    from producers.sources.live.source import LiveSource

VERSION = 1


@dataclass(frozen=True, slots=True)
class CursorFile:
    """One file for one stream.

    Attributes:
        path: Where it lies; its folder is made when needed.
        stream: Name of the stream; a file of another one is refused.
    """

    path: Path
    stream: str

    def load(self) -> Position | None:
        """The saved position; None when there is no file.

        Raises:
            ConfigError: The file is damaged, or belongs to another stream.
        """
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ConfigError(f"cursor file {self.path} cannot be read: {error.strerror}") from error
        try:
            found = json.loads(raw)
            version, stream = found["version"], found["stream"]
            position = Position(str(found["token"]), int(found["time_us"]), str(found["server"]))
        except (ValueError, TypeError, KeyError) as error:
            raise ConfigError(
                f"cursor file {self.path} is not one of ours ({error!r}); remove it to start with what is new"
            ) from error
        if (version, stream) != (VERSION, self.stream):
            raise ConfigError(
                f"cursor file {self.path} is for stream {stream!r}, version {version}; "
                f"expected {self.stream!r}, version {VERSION}. Give another file with --state"
            )
        return position

    def save(self, position: Position) -> None:
        """Replace the file in one step: a crash leaves the old position or the new one.

        Raises:
            ConfigError: The file cannot be written.
        """
        content = {"version": VERSION, "stream": self.stream, "token": position.token}
        content |= {"time_us": position.time_us, "server": position.server}
        beside = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("w", encoding="utf-8") as file:
                json.dump(content, file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        except OSError as error:
            raise ConfigError(f"cursor file {self.path} cannot be written: {error.strerror}") from error


@dataclass(slots=True)
class Checkpoints:
    """Saves positions as Kafka acknowledges.

    After a failed delivery it saves nothing more in this run: the next run then reads that event again.

    Attributes:
        every_s: Least time between two attempts.
        flush_s: Longest wait for acknowledgements in one attempt; without them the next attempt tries again.
        clock: Monotonic seconds.
    """

    file: CursorFile
    source: "LiveSource"
    sink: "KafkaSink"
    clock: Callable[[], float]
    every_s: float = 5.0
    flush_s: float = 2.0
    saved: Position | None = None
    _tried_s: float = field(default=0.0, init=False)

    def on_batch(self, batch: "EncodedBatch") -> None:
        """Hear of a batch that was handed to the sink."""
        self.source.handed_over(batch)
        if self.clock() - self._tried_s >= self.every_s:
            self._tried_s = self.clock()
            self.save()

    def save(self) -> None:
        """Save the position of what was handed over, when all of it is acknowledged.

        Raises:
            ConfigError: The file cannot be written.
        """
        position = self.source.position
        if position is None or position == self.saved:
            return
        self.sink.producer.flush(self.flush_s)
        if self.sink.delivery().complete:
            self.file.save(position)
            self.saved = position
