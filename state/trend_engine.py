"""Close one pane of one shard of topics: admit, score, alert, rank. The whole of trending in one call.

A shard is a fixed share of the (topic, scope) keys. All its rows of a pane come together, after the
watermark has passed the pane's end, so the result depends on no order of arrival and everything is
computed in arrays. Storage is a protocol: a dict offline, keyed state in a job.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.hashing import hash_strings
from schemas.served import TrendRecord
from state import recent_samples, tail_sketch, trend_base
from state.alert_tests import Bools, missing, with_tests
from state.burst import Scores
from state.burst_gate import Alerts, gate
from state.burst_layout import stabilise
from state.detector import fresh, step
from state.exact import Floats, Ints, decay_rate, power
from state.pane_rows import PaneRows
from state.tail_sketch import TailSketch
from state.trend_config import TrendConfig
from state.trend_key import CORE, EXTRA, HISTORY_PANES, Rows, dumps_many, loads_many
from state.trend_rank import rank_rows
from state.trend_records import records

SAMPLE_PANES_MS = 3_600_000


class KeyStore(Protocol):
    """Where the states of a shard's topics live."""

    def get(self, keys: Sequence[str]) -> list[bytes | None]:
        """Return the stored bytes of each key, None where there are none."""

    def put(self, states: Mapping[str, bytes]) -> None:
        """Store the bytes of many keys."""

    def known(self) -> Iterable[str]:
        """Return all keys that have a state."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the engine found for the admitted keys of a pane; arrays have one element per key.

    ``records`` holds only those that may stand in a list, ``sources`` the ``PaneRows.source`` of each.
    """

    keys: list[str]
    topics: list[str]
    scores: Scores
    alerts: Alerts
    records: list[TrendRecord]
    sources: Ints


def close_pane(cfg: TrendConfig, sketch: TailSketch, store: KeyStore, pane: PaneRows) -> Verdict:
    """Take one pane of a shard into its states and return what is to be shown. Changes the sketch in place.

    O(n) for n keys of the pane plus O(cells) for the sketch.

    Raises:
        ValueError: The pane is older than one that was closed before.
        StateVersionError: A stored state is of an unknown version.
    """
    pane_ms = cfg.burst.pane_ms
    tail_sketch.advance(sketch, pane.pane, pane_ms)
    young = (pane.pane - sketch.first_pane) * pane_ms < cfg.quiet_start_ms
    rows, core, extra, brought = _admit(cfg, sketch, store.get(pane.keys), pane)
    y = np.maximum(rows.who.micro, 0) / 1e6
    gap = rows.pane - core["burst"]["last_pane"]
    recent_users, recent_contents = recent_samples.update(
        extra, rows.who.user_sample, rows.who.fingerprint_sample, rows.pane, -(-SAMPLE_PANES_MS // pane_ms)
    )
    rate = decay_rate(cfg.recent_half_life_ms / pane_ms)
    core["recent"] = core["recent"] * power(rate, np.minimum(gap, 1 << 20)) + brought + y
    # A pane of a small topic is one or two posts: whatever its score, the hour must hold more than usual.
    lifted = core["recent"] >= core["base"] / (1.0 - rate) + cfg.min_excess
    # Nobody is trusted to know what is unusual before anything is usual.
    judged = lifted & (not young)
    scores, alerts = _detect(
        cfg,
        core,
        rows,
        y,
        users=np.maximum(rows.who.trusted_users, recent_users),
        contents=np.maximum(rows.who.fingerprints, recent_contents),
        judged=judged,
    )
    normal = trend_base.advance(cfg, core, gap, y)
    _shift(extra["history"], gap, y)
    users = np.maximum(np.minimum(rows.who.trusted_users, rows.who.users), recent_users)
    ranked = rank_rows(
        cfg,
        core,
        normal=normal,
        scores=scores,
        alerts=alerts,
        users=users,
        contents=recent_contents,
        pane=rows.pane,
    )
    keep_extra = recent_samples.live(extra) | ranked.listed
    store.put(dict(zip(rows.keys, dumps_many(core, extra, keep_extra), strict=True)))
    told, chosen = records(cfg, rows, (core, extra), scores, ranked, users)
    told = with_tests(told, missing(cfg, alerts.passed, chosen, young=young))
    return Verdict(rows.keys, rows.topics, scores, alerts, told, rows.source[chosen])


def _admit(
    cfg: TrendConfig, sketch: TailSketch, stored: list[bytes | None], pane: PaneRows
) -> tuple[PaneRows, Rows, Rows, Floats]:
    """Return the rows with state, their states, and the rolling count that newcomers bring.

    All rows teach the sketch; only known topics and those with enough people pass it.
    """
    where = tail_sketch.cells(hash_strings(pa.array(pane.keys, pa.string())))
    known = np.array([raw is not None for raw in stored], np.bool_)
    before = tail_sketch.recent_users(sketch, where)
    admitted = (
        known
        | (pane.who.trusted_users >= cfg.admit_pane_users)
        | (before + pane.who.trusted_users >= cfg.admit_hour_users)
    )
    mean, var = tail_sketch.level(sketch, where[:, admitted])
    y = np.maximum(pane.who.micro, 0) / 1e6
    tail_sketch.learn(sketch, where, stabilise(y), pane.who.trusted_users, cfg.burst.pane_ms)
    kept = [raw for raw, keep in zip(stored, admitted.tolist(), strict=True) if keep]
    core, extra = _states(cfg, kept, mean, var, pane.pane)
    # What the sketch counted for a newcomer before it was admitted: an upper bound.
    brought = np.where(known, 0.0, before)[admitted]
    return pane.take(np.flatnonzero(admitted)), core, extra, brought


def _detect(
    cfg: TrendConfig, core: Rows, rows: PaneRows, y: Floats, *, users: Ints, contents: Ints, judged: Bools
) -> tuple[Scores, Alerts]:
    """Run the burst detector and its gate; their states lie inside the core."""
    index = np.full(len(rows.keys), rows.pane)
    bursts = np.ascontiguousarray(core["burst"])
    scores = step(cfg.burst, bursts, y, index, rows.who.late_micro / 1e6)
    alerts = gate(
        cfg.burst,
        bursts,
        scores,
        users=users,
        fingerprints=contents,
        top_fp_share=rows.who.top_share,
        pane_index=index,
        judged=judged,
    )
    core["burst"] = bursts
    return scores, alerts


def _states(
    cfg: TrendConfig, stored: list[bytes | None], mean: Floats, var: Floats, pane: int
) -> tuple[Rows, Rows]:
    """Return the states of admitted keys; new ones start from the sketch's idea of normal."""
    core, extra = np.zeros(len(stored), CORE), np.zeros(len(stored), EXTRA)
    old = np.array([raw is not None for raw in stored], np.bool_)
    if old.any():
        core[old], extra[old] = loads_many([raw for raw in stored if raw is not None])
    new = ~old
    if new.any():
        n = int(new.sum())
        core["burst"][new] = fresh(cfg.burst, n, mean[new], var[new], np.full(n, pane))
        core["base"][new] = np.maximum(mean[new] * mean[new] / 4.0 - 0.375, 0.0)
    return core, extra


def _shift(history: npt.NDArray[np.float32], gap: Ints, y: Floats) -> None:
    """Move each history by its gap, zeros for silent panes, and put the new count last."""
    n = len(history)
    source = np.arange(HISTORY_PANES)[None, :] + np.clip(gap, 0, HISTORY_PANES)[:, None]
    padded = np.concatenate([history, np.zeros((n, HISTORY_PANES), np.float32)], axis=1)
    history[:] = np.take_along_axis(padded, source, axis=1)
    history[:, -1] = y
