"""Lines of a file, plain or gzip, or of standard input; memory stays bounded whatever the file holds."""

import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

from producers.errors import ConfigError

MAX_LINE_BYTES = 1_048_576  # a Kafka record takes no more
_CHUNK_BYTES = 262_144
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Malformed:
    """A line that is not a row."""

    line: int
    reason: str
    detail: str = ""


@contextmanager
def open_lines(path: str) -> Iterator[BinaryIO]:
    """Open a file by path, or standard input by `-`. Its first two bytes tell whether it is gzip.

    Raises:
        ConfigError: The file cannot be opened.
    """
    try:
        # A descriptor of our own: Python aborts at exit when another thread still reads sys.stdin itself.
        place = os.dup(sys.stdin.fileno()) if path == "-" else path
        raw = open(place, "rb", buffering=_CHUNK_BYTES)  # noqa: PTH123, SIM115
    except OSError as error:
        raise ConfigError(
            f"cannot read {path}: {error.strerror}; expected JSONL, CSV or TSV, plain or gzip"
        ) from error
    try:
        if cast("io.BufferedReader", raw).peek(2)[:2] == _GZIP_MAGIC:
            yield cast("BinaryIO", io.BufferedReader(gzip.GzipFile(fileobj=raw), _CHUNK_BYTES))
        else:
            yield raw
    except IsADirectoryError as error:
        raise ConfigError(f"{path} is a folder; expected a file") from error
    finally:
        raw.close()


def iter_lines(stream: BinaryIO, *, empty: bool = False) -> Iterator[tuple[int, bytes] | Malformed]:
    """Yield line numbers from 1 and lines without their ending; empty lines only if asked for.

    A line over 1 MiB is malformed and read past. Damaged gzip data ends the file as malformed: what
    came before it was good.
    """
    number = 0
    try:
        while line := stream.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
                while (rest := stream.readline(_CHUNK_BYTES)) and not rest.endswith(b"\n"):
                    pass
                yield Malformed(number, f"a line of more than {MAX_LINE_BYTES} bytes")
                continue
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            line = line.rstrip(b"\r\n")
            if line or empty:
                yield number, line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        yield Malformed(number + 1, "the gzip data is cut or damaged here", str(error))
