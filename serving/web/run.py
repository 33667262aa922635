"""The server process: sockets, metrics on a port of their own, and an orderly end."""

import asyncio
import gc
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI
from prometheus_client import start_http_server

from serving.errors import ServingError
from serving.web.service import Service

_END_S = 5  # for requests in flight
_GONE_MS = 30_000
_BACKLOG = 2_048
_SEND_BYTES = 65_536  # Linux doubles it
_CUT_OFF = "ASGI callable returned without completing response."


class AddressError(ServingError):
    """A port cannot be used."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where to listen; port 0 = any free one.

    Attributes:
        host: For requests.
        port: For requests.
        metrics_port: For Prometheus, on the same host.
    """

    host: str
    port: int
    metrics_port: int


def run(
    app: FastAPI,
    addresses: Addresses,
    say: Callable[[str], None],
    at_end: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGINT or SIGTERM; requests in flight end first, streams at once.

    Args:
        app: What is served.
        addresses: Where.
        say: Takes the lines that say where.
        at_end: Called when all requests have ended, and before a signal ends the process.

    Raises:
        AddressError: A port is taken, or the host is not one of this machine.
    """
    service: Service = app.state.service
    listening = listen(addresses.host, addresses.port)
    try:
        metrics, _ = start_http_server(addresses.metrics_port, addresses.host, service.metrics.registry)
    except OSError as error:
        listening.close()
        raise _refused(addresses.host, addresses.metrics_port, error) from error
    shown = f"[{addresses.host}]" if ":" in addresses.host else addresses.host
    say(f"serving on http://{shown}:{listening.getsockname()[1]}")
    say(f"metrics on http://{shown}:{metrics.server_port}/metrics")
    _collect_seldom()
    try:
        _Server(_config(app), service, at_end).run([listening])
    finally:
        metrics.shutdown()
        metrics.server_close()
        listening.close()


def _collect_seldom() -> None:
    """Keep the search for unreachable cycles away from requests.

    A full one takes 30 to 70 ms with caches filled, and Python's default makes one every few seconds here:
    that alone was the 99th percentile of ranking. What stands now is never looked at again; full searches
    come about once a minute at 200 rankings a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 50)


class _Server(uvicorn.Server):
    """Ends streams before it waits for requests: they would go on for ever."""

    def __init__(self, config: uvicorn.Config, service: Service, at_end: Callable[[], None]) -> None:
        super().__init__(config)
        self._service, self._at_end = service, at_end

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End."""
        self._service.close()
        await super().shutdown(sockets)
        await asyncio.to_thread(self._at_end)


def _config(app: FastAPI) -> uvicorn.Config:
    logging.getLogger("uvicorn.error").addFilter(lambda record: record.getMessage() != _CUT_OFF)
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,  # addresses of requests say who looks for what
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_END_S,
    )


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket whose connections cost little while a reader takes nothing.

    The kernel would hold megabytes for a slow reader of a stream before the server noticed; so its buffer is
    small. What lies there when a reader is cut off goes when the user timeout ends the connection.

    Raises:
        AddressError: The port is taken, or the host is not one of this machine.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        found = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise _refused(host, port, error) from error
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BYTES)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _GONE_MS)
    try:
        found.bind((host, port))
        found.listen(_BACKLOG)  # who comes before the server runs waits instead of being refused
    except OSError as error:
        found.close()
        raise _refused(host, port, error) from error
    return found


def _refused(host: str, port: int, error: OSError) -> AddressError:
    return AddressError(f"cannot listen on {host} port {port}: {error.strerror}; choose another")
