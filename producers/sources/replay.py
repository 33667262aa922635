"""Replay a file: read, map, shift, encode, batch. Streaming; memory does not grow with the file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from producers.batch import EncodedBatch
from producers.encode import Batcher, EventEncoder, NewBatcher
from producers.errors import ConfigError
from producers.mapping.event import Mapped
from producers.mapping.find import detect_mapping, load_mapping
from producers.mapping.mapper import compile_mapping
from producers.mapping.spec import Mapping
from producers.sources.errors import RefusedRowError
from producers.sources.lines import Malformed, open_lines
from producers.sources.linger import lingering
from producers.sources.rows import iter_rows
from producers.sources.tally import MAX_EXAMPLES, Tally

STDIN = "-"
LINGER_S = 0.5
AHEAD_S = 0.2  # how much earlier than its time an event may leave when paced, on the clock


@dataclass(frozen=True, slots=True)
class Replay:
    """What to replay.

    Attributes:
        path: JSONL, CSV or TSV, plain or gzip; `-` is standard input.
        mapping: How rows become events.
        limit: Stop after so many events; None = all.
        strict: Stop at the first row that is malformed or rejected.
        shift_ms: Added to every event time.
    """

    path: str
    mapping: Mapping
    limit: int | None = None
    strict: bool = False
    shift_ms: int = 0


def choose_mapping(path: str, name_or_path: str | None) -> Mapping:
    """The mapping asked for, else the shipped one that fits the file's name.

    Raises:
        MappingError: None fits, or the mapping has faults.
        ConfigError: Standard input without a mapping.
    """
    if name_or_path is not None:
        return load_mapping(name_or_path)
    if path == STDIN:
        raise ConfigError(
            "standard input has no file name to go by; pass --mapping NAME or a path to a .toml"
        )
    return detect_mapping(path)


def read_events(
    replay: Replay, tally: Tally | None = None, warn: Callable[[str], None] = lambda _: None
) -> Iterator[Mapped]:
    """Yield the events of a file in its order, not encoded and not paced.

    Args:
        replay: What to read.
        tally: Counts every row, also those that give no event.
        warn: Hears of the first malformed and rejected rows, each with its line number.

    Raises:
        RefusedRowError: Strict, and a row is malformed or rejected.
        ConfigError: The file cannot be opened, or has not the columns of the mapping.
    """
    tally = Tally() if tally is None else tally
    map_row = compile_mapping(replay.mapping).map_row
    source = PurePath(replay.path).name.removesuffix(".gz")
    with open_lines(replay.path) as stream:
        for item in iter_rows(stream, replay.mapping):
            if replay.limit is not None and tally.events >= replay.limit:
                return
            if isinstance(item, Malformed):
                _refuse(replay, tally.refuse(item.line, item), tally, warn)
                continue
            line, raw, row = item
            mapped = map_row(row, line, raw, source)
            if isinstance(mapped, Mapped):
                if replay.shift_ms:
                    mapped = shifted(mapped, replay.shift_ms)
                tally.count(mapped)
                yield mapped
            else:
                _refuse(replay, tally.refuse(line, mapped), tally, warn)


def _refuse(replay: Replay, sentence: str, tally: Tally, warn: Callable[[str], None]) -> None:
    if not sentence:
        return
    if replay.strict:
        raise RefusedRowError(f"{replay.path} {sentence}")
    refused = sum(tally.malformed.values()) + sum(tally.rejected.values())
    if refused <= MAX_EXAMPLES:
        warn(sentence if refused < MAX_EXAMPLES else f"{sentence}; further ones are only counted")


def read_rows(path: str, mapping: Mapping | str | None = None) -> Iterator[Mapped]:
    """Yield the events of a file, for evaluation without Kafka; rows that give none are left out.

    Args:
        path: JSONL, CSV or TSV, plain or gzip; `-` is standard input.
        mapping: A mapping, its name or path; None = chosen by the file's name.

    Raises:
        MappingError: No mapping fits, or it has faults.
        ConfigError: The file cannot be opened, or has not the columns of the mapping.
    """
    chosen = mapping if isinstance(mapping, Mapping) else choose_mapping(path, mapping)
    return read_events(Replay(path, chosen))


def shifted(mapped: Mapped, shift_ms: int) -> Mapped:
    """Move an event in time. Its id changes too: shifted differently, the same row is another event.

    Otherwise a second shifted replay would be taken for a repetition of the first.
    """
    record = mapped.record | {
        "source_ms": mapped.source_ms + shift_ms,
        "event_id": f"{mapped.event_id[:100]}{shift_ms:+d}",
    }
    return Mapped(mapped.event, record)


def newest_ms(replay: Replay) -> int:
    """Newest event time of a file, by reading it once; 0 when it has no event.

    Raises:
        ConfigError: Standard input cannot be read twice.
    """
    if replay.path == STDIN:
        raise ConfigError("--shift-to-now reads the file twice; standard input can be read only once")
    tally = Tally()
    for _ in read_events(replay, tally):
        pass
    return tally.last_ms


def replay_batches(
    replay: Replay,
    encoder: EventEncoder,
    *,
    tally: Tally | None = None,
    speed: float | None = None,
    warn: Callable[[str], None] = lambda _: None,
    new_batcher: NewBatcher = Batcher,
) -> Iterator[EncodedBatch]:
    """Yield encoded batches: up to 5,000 events, less when paced, so that each leaves near its time.

    Args:
        replay: What to read.
        encoder: Holds the schemas.
        tally: Counts every row.
        speed: Event seconds per second that the sink will keep; None = as fast as possible.
        warn: See `read_events`.
        new_batcher: Makes what collects events; `producers.tracing.new_batcher` knows one that traces.

    Raises:
        RefusedRowError: Strict, and a row is malformed or rejected.
        ConfigError: The file cannot be opened, or has not the columns of the mapping.
    """
    span_ms = None if speed is None else max(1, round(AHEAD_S * 1000 * speed))
    batcher = new_batcher(encoder, span_ms)
    events = read_events(replay, tally, warn)
    # Whatever writes into a pipe may pause: what is there must not wait for a full batch.
    for mapped in lingering(events, LINGER_S) if replay.path == STDIN else events:
        yield from batcher.add(mapped) if mapped is not None else batcher.flush()
    yield from batcher.flush()
