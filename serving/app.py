"""The HTTP application: `create_app` puts store, options, keys and endpoints together.

It needs FastAPI and Redis, neither Flink nor Kafka: extra `serving`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from typing import Any

from fastapi import FastAPI
from opentelemetry.trace import TracerProvider
from starlette.middleware.cors import CORSMiddleware

from schemas.registry import FileRegistry
from serving.feed import FeedMaker
from serving.feed_store import FeedStore
from serving.health_store import HealthStore, NobodyCollects
from serving.interest_store import InterestStore
from serving.memory_feed_store import MemoryFeedStore
from serving.memory_interest_store import MemoryInterestStore
from serving.store import TrendStore
from serving.web import (
    canary_routes,
    feed_routes,
    health_routes,
    mastodon_routes,
    past_routes,
    people_routes,
    pipeline_routes,
    topic_routes,
    trend_routes,
)
from serving.web.build import VERSION
from serving.web.examples import EXAMPLES
from serving.web.feeds import Feeds
from serving.web.guard import Guard
from serving.web.keys import KeysFile
from serving.web.limiter import Buckets, Limiter
from serving.web.mastodon_routes import Statuses
from serving.web.openapi import describe
from serving.web.options import WebOptions
from serving.web.page import page_routes
from serving.web.people import People
from serving.web.problems import install
from serving.web.samples import Samples
from serving.web.service import Service
from serving.web.shortcut import Shortcut
from serving.web.slate_log import Sender, SlateLog
from serving.web.traced import Traced, telemetry
from serving.web.trending_topics import TrendingTopics

_CORS_HEADERS = ("Authorization", "X-Api-Key", "Last-Event-ID", "If-None-Match")


def create_app(
    store: TrendStore,
    options: WebOptions | None = None,
    *,
    keys: Callable[[], KeysFile] | None = None,
    buckets: Buckets | None = None,
    statuses: Statuses | None = None,
    interests: InterestStore | None = None,
    health: HealthStore | None = None,
    feeds: FeedStore | None = None,
    slates: Sender | None = None,
    tracing: TracerProvider | None = None,
) -> FastAPI:
    """Return the application; `app.state.service` is what its endpoints share.

    Args:
        store: Where trends are read, from several threads.
        options: Settings.
        keys: Returns who may ask, at each request; None = everybody, as often as they like.
        buckets: Rates that several servers share; None = this server alone.
        interests: Where interests are read, from several threads; None = nothing is known of anybody.
        health: Where the pipeline's health is read, from several threads; None = nobody collects it.
        feeds: Where feeds are read, from several threads; None = nobody follows or has seen anything.
        slates: Where decisions of feeds go; None = nowhere.
        statuses: Looks up the platform's posts for Mastodon's clients.
        tracing: Makes spans of requests; None = nobody traces. It is not shut down here.
    """
    service = Service(store, options := options or WebOptions())
    app = FastAPI(
        title="Groundswell",
        version=VERSION,
        lifespan=_life,
        docs_url=None,  # its pages load scripts from elsewhere
        redoc_url=None,
        telemetry=telemetry(tracing),
    )
    app.state.service = service
    people = People(interests or MemoryInterestStore(), service.calls, service.options.deadline_s)
    health = health or NobodyCollects()
    trending = TrendingTopics(store, allowed_only=options.allowed_only)
    maker = FeedMaker(feeds or MemoryFeedStore(), people, trending.topics)
    samples = Samples(maker.cache, service.calls, statuses, options.site, options.deadline_s)
    for made in (
        trend_routes.routes(service),
        topic_routes.routes(service, samples),
        mastodon_routes.routes(service, statuses),
        people_routes.routes(people),
        past_routes.routes(people),
        feed_routes.routes(_feeds(service, maker, trending, slates)),
        pipeline_routes.routes(service, health),
        canary_routes.routes(service, health),
        health_routes.routes(service),
    ):
        app.include_router(made)
    app.router.routes.extend(page_routes())
    install(app)
    app.openapi = _remembered(app)  # type: ignore[method-assign]  # the documented way to replace it
    _put_in_front(app, service, keys, buckets, tracing)
    return app


def _put_in_front(
    app: FastAPI,
    service: Service,
    keys: Callable[[], KeysFile] | None,
    buckets: Buckets | None,
    tracing: TracerProvider | None,
) -> None:
    """Add what stands in front of the endpoints; the last one added stands foremost."""
    options, paths = service.options, frozenset({"/openapi.json", "/api/v1/trends", *app.openapi()["paths"]})
    limiter = Limiter(buckets, service.calls, service.metrics.local_limits.inc, options.limit_deadline_s)
    app.add_middleware(Shortcut, board=service.board, queries=service.queries)
    app.add_middleware(
        Guard, options=options, keys=keys, limiter=limiter, metrics=service.metrics, paths=paths
    )
    if options.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=options.cors_origins,
            allow_methods=["GET"],
            allow_headers=_CORS_HEADERS,
        )
    if tracing is not None:
        app.add_middleware(Traced, provider=tracing, paths=paths)


def _feeds(service: Service, maker: FeedMaker, trending: TrendingTopics, slates: Sender | None) -> Feeds:
    """Return what makes feeds."""
    options = service.options
    registry = lru_cache(maxsize=1)(FileRegistry)
    service.slates = SlateLog(slates, registry, lambda result: service.metrics.slates.labels(result).inc())
    return Feeds(
        *(maker, trending, service.calls, service.slates, service.metrics),
        *(options.deadline_s, options.feeds, options.feed_static),
    )


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    """Watch the store as long as the application runs."""
    service: Service = app.state.service
    watching = asyncio.create_task(service.board.run())
    try:
        yield
    finally:
        service.close()
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        service.calls.close()
        if service.slates is not None:
            await asyncio.to_thread(service.slates.close)


def _remembered(app: FastAPI) -> Callable[[], dict[str, Any]]:
    document: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not document:
            document.update(describe(app, EXAMPLES))
        return document

    return openapi
