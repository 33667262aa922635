"""How often a key may ask: tokens are fetched from Redis in small lots, so that few requests wait for it.

The bucket in Redis is the truth for all servers. A server takes a lot of at most a tenth of the burst and
spends it; what it does not spend it loses after a second, so a key may get a little less than its rate, never
more. While Redis is away, each server holds the rate for itself.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from serving.errors import StoreUnavailableError
from serving.web.bucket import Bucket, Rate, full, take, wait_ms
from serving.web.calls import Calls, heard

_LOT_LIFE_S = 1.0
_AWAY_S = 1.0  # after a failure Redis is left alone so long
_log = logging.getLogger("groundswell.serving")


class Buckets(Protocol):
    """Where all servers take their tokens."""

    def take(self, name: str, rate: Rate, want: int) -> tuple[int, int]:
        """Return how many tokens were taken, and ms until there is another."""
        ...


@dataclass(slots=True)
class _Lot:
    """What this server holds for one key."""

    tokens: int = 0
    until_s: float = 0.0
    none_before_s: float = 0.0
    own: Bucket | None = None
    fetching: "asyncio.Task[None] | None" = field(default=None)


class Limiter:
    """Says who may go on. For one event loop.

    Args:
        buckets: The truth; None = this server alone.
        calls: Runs its blocking calls.
        on_local: Called when Redis did not answer.
        deadline_s: How long a request waits for tokens.
    """

    def __init__(
        self, buckets: Buckets | None, calls: Calls, on_local: Callable[[], None], deadline_s: float
    ) -> None:
        self._deadline_s = deadline_s
        self._buckets, self._calls, self._on_local = buckets, calls, on_local
        self._lots: dict[str, _Lot] = {}
        self._away_until_s = 0.0

    async def wait_s(self, name: str, rate: Rate) -> float:
        """Let a request of a key go on: 0.0; or return how long it must wait, in seconds."""
        lot = self._lots.setdefault(name, _Lot())
        while True:
            now_s = time.monotonic()
            if lot.tokens and now_s < lot.until_s:
                lot.tokens -= 1
                return 0.0
            if now_s < lot.none_before_s:
                return lot.none_before_s - now_s
            if self._buckets is None or now_s < self._away_until_s:
                return self._alone(lot, rate, now_s)
            await self._fetch(name, rate, lot)

    async def _fetch(self, name: str, rate: Rate, lot: _Lot) -> None:
        """Get a lot; those who ask meanwhile wait for the same one."""
        if lot.fetching is None:
            lot.fetching = asyncio.create_task(self._fill(name, rate, lot))
            lot.fetching.add_done_callback(heard)
        try:
            await asyncio.wait_for(asyncio.shield(lot.fetching), self._deadline_s)
        except (TimeoutError, asyncio.TimeoutError):
            self._leave_alone("no answer in time")
        except StoreUnavailableError as error:
            self._leave_alone(str(error))

    async def _fill(self, name: str, rate: Rate, lot: _Lot) -> None:
        assert self._buckets is not None  # noqa: S101 - who calls has looked
        want = max(1, min(rate.burst // 10, int(rate.per_s)))
        try:
            taken, wait = await self._calls.asked(partial(self._buckets.take, name, rate, want))
        finally:
            lot.fetching = None
        now_s = time.monotonic()
        lot.tokens, lot.until_s = taken, now_s + _LOT_LIFE_S
        if not taken:
            lot.none_before_s = now_s + max(wait, 1) / 1000

    def _leave_alone(self, why: str) -> None:
        if time.monotonic() >= self._away_until_s:
            _log.warning("rates are held by this server alone: %s", why)
        self._away_until_s = time.monotonic() + _AWAY_S
        self._on_local()

    def _alone(self, lot: _Lot, rate: Rate, now_s: float) -> float:
        now_ms = int(now_s * 1000)
        taken, lot.own = take(rate, lot.own or full(rate, now_ms), now_ms, 1)
        return 0.0 if taken else wait_ms(rate, lot.own) / 1000
