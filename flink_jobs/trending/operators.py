"""The Python steps of the graph: thin. Bytes in, one call into ``state``, bytes out."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from pyflink.datastream import KeyedProcessFunction, RuntimeContext
from pyflink.table.udf import FunctionContext, ScalarFunction

from flink_jobs._shell.cells import BytesCell, BytesMap
from flink_jobs._shell.redis_sink import RedisSink
from flink_jobs.trending.decode import NO_WATERMARK, BatchDecoder, RawBatch
from flink_jobs.trending.options import TrendingOptions
from flink_jobs.trending.panes import ClosedPanes
from flink_jobs.trending.served import write_of
from schemas.registry import open_registry
from schemas.served import AsOf, encode
from state import shard_bundle, tail_sketch
from state.trend_engine import close_pane
from state.trend_key import evictable

_MS_NS = 1_000_000


def _first_row(values: Sequence[object], rows: int) -> pd.Series:
    """Return a column whose first row carries a list and whose others are empty."""
    out = np.empty(rows, object)
    if rows:
        out[0] = values
    return pd.Series(out)


def _millis(times: pd.Series) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Return event times in ms, NO_WATERMARK for missing ones."""
    raw = times.to_numpy("datetime64[ns]")
    return np.where(np.isnat(raw), NO_WATERMARK, raw.astype(np.int64) // _MS_NS)


class CountBatch(ScalarFunction):  # type: ignore[misc]  # PyFlink publishes no types
    """Raw records of a batch to text rows; all rows leave in the first row's list."""

    def __init__(self, options: TrendingOptions) -> None:
        self._options = options

    def open(self, _context: FunctionContext) -> None:
        """Open the registry and the decoder of this worker."""
        o = self._options
        self._decoder = BatchDecoder(
            open_registry(o.registry_url or None), o.weights, o.trend.burst.pane_ms, o.user_limit
        )

    def eval(
        self,
        topic: pd.Series,
        partition: pd.Series,
        offset: pd.Series,
        at: pd.Series,
        mark: pd.Series,
        value: pd.Series,
    ) -> pd.Series:
        """Count one batch."""
        batch = RawBatch(
            topics=topic.to_numpy(),
            partitions=partition.to_numpy(),
            offsets=offset.to_numpy(),
            record_ms=_millis(at),
            watermark_ms=_millis(mark),
            values=value.tolist(),
        )
        return _first_row(self._decoder.rows(batch), len(value))


class SummarisePanes(ScalarFunction):  # type: ignore[misc]
    """Closed panes of a batch to shard bundles and records of the panes topic."""

    def __init__(self, options: TrendingOptions) -> None:
        self._options = options

    def open(self, _context: FunctionContext) -> None:
        """Prepare the encoder of this worker."""
        o = self._options
        self._panes = ClosedPanes(open_registry(o.registry_url or None), o.trend, o.shards)

    def eval(
        self, key: pd.Series, start: pd.Series, weight: pd.Series, events: pd.Series, who: pd.Series
    ) -> pd.DataFrame:
        """Summarise one batch of closed panes."""
        bundles, panes = self._panes.close(
            key.tolist(), _millis(start), weight.to_numpy(np.int64), events.to_numpy(np.int64), who.tolist()
        )
        n = len(key)
        return pd.DataFrame(
            {
                "bundles": _first_row(bundles, n),
                "panes": _first_row(panes, n),
            }
        )


class DetectShard(KeyedProcessFunction):  # type: ignore[misc]
    """One key = one shard. Waits until a pane is complete, then lets the engine close it."""

    def __init__(self, options: TrendingOptions) -> None:
        self._options = options

    def open(self, runtime_context: RuntimeContext) -> None:
        """Get the three cells of a shard."""
        mode = self._options.execution_mode
        self._waiting = BytesMap(runtime_context, "waiting", mode)
        self._topics = BytesMap(runtime_context, "topics", mode)
        self._sketch = BytesCell(runtime_context, "sketch", mode)

    def process_element(self, value: bytes, ctx: KeyedProcessFunction.Context) -> Sequence[bytes]:
        """Keep a bundle (shard 2 bytes, pane 8 bytes, payload) until its pane is complete."""
        pane = int.from_bytes(value[2:10], "big")
        held = self._waiting.get(str(pane))
        parts = shard_bundle.CODEC.loads(held) if held else []
        self._waiting.put(str(pane), shard_bundle.CODEC.dumps([*parts, bytes(value[10:])]))
        ctx.timer_service().register_event_time_timer((pane + 1) * self._options.trend.burst.pane_ms)
        return ()

    def on_timer(self, timestamp: int, _ctx: KeyedProcessFunction.OnTimerContext) -> Iterator[bytes]:
        """Close the pane that ended now."""
        cfg = self._options.trend
        pane_ms = cfg.burst.pane_ms
        pane = timestamp // pane_ms - 1
        held = self._waiting.pop(str(pane))
        if held is None:
            return
        raw = self._sketch.get()
        sketch = tail_sketch.CODEC.loads(raw) if raw else tail_sketch.empty()
        before = sketch.last_pane
        verdict = close_pane(
            cfg, sketch, _Store(self._topics), shard_bundle.merge(shard_bundle.CODEC.loads(held))
        )
        self._sketch.put(tail_sketch.CODEC.dumps(sketch))
        if cfg.sweep_due(before, pane):
            for key in [
                k for k, v in self._topics.items() if evictable(cfg.burst.panes(cfg.evict_ms), v, pane)
            ]:
                self._topics.remove(key)
        as_of = AsOf(
            as_of_ms=timestamp, pane_ms=pane_ms, half_life_ms=cfg.half_life_ms, min_strength=cfg.min_strength
        )
        yield b"A" + encode(as_of)
        for record in verdict.records:
            yield b"T" + encode(record)


class _Store:
    """The engine's KeyStore over a shard's map state."""

    def __init__(self, cell: BytesMap) -> None:
        self._cell = cell

    def get(self, keys: Sequence[str]) -> list[bytes | None]:
        return [self._cell.get(key) for key in keys]

    def put(self, states: Mapping[str, bytes]) -> None:
        for key, raw in states.items():
            self._cell.put(key, raw)


class WriteTrends(ScalarFunction):  # type: ignore[misc]
    """Messages of DetectShard to Redis; answers how many of the batch the fence refused, in its first row."""

    def __init__(self, options: TrendingOptions) -> None:
        self._options = options

    def open(self, _context: FunctionContext) -> None:
        """Connect."""
        self._sink = RedisSink(self._options.redis_url, self._options.redis_password_file)

    def eval(self, message: pd.Series) -> pd.Series:
        """Write one batch before its checkpoint may end."""
        refused = self._sink.write([write_of(self._options.trend, bytes(m)) for m in message])
        out = np.zeros(len(message), np.int64)
        out[:1] = refused
        return pd.Series(out)

    def is_deterministic(self) -> bool:
        """Tell the planner that each call has an effect."""
        return False
