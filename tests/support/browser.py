"""Debian's Chromium, driven by Playwright; and the HTTP server as its users start it."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Alone: it talks to nobody but the page's server. The sandbox needs rights that a container lacks.
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_START_S = 30


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Yield a browser; without one the test is skipped, and says so."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.skip(f"needs a browser: none of {', '.join(_NAMES)} is on PATH (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_QUIET))
        yield browser
        browser.close()


@contextmanager
def running_server(redis_url: str) -> Iterator[str]:
    """Yield the address of `groundswell serve` on free ports; patient, since other tests use the machine."""
    command = [sys.executable, "-m", "groundswell.cli", "serve", "--redis", redis_url]
    with subprocess.Popen(
        [*command, "--port", "0", "--metrics-port", "0", "--deadline-ms", "10000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        try:
            yield _address(server)
        finally:
            server.terminate()
            server.wait(_START_S)


def _address(server: "subprocess.Popen[str]") -> str:
    assert server.stdout is not None
    said = []
    for line in server.stdout:
        said.append(line)
        if found := re.search(r"serving on (http://\S+)", line):
            return found[1]
    pytest.fail("groundswell serve ended: " + "".join(said))
