"""Which outside places a committed file may name.

A file must be true on every machine and behind every mirror: it names no folder of one machine and no server
but those that the project is about, or that nobody can own. Where packages come from is the user's setting.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from tests.support.tree import shown

# Whole domains; a name below one is allowed, too.
ALLOWED = (
    "127.0.0.1",
    "localhost",
    "example.com",
    "example.net",
    "example.org",
    "stream.wikimedia.org",
    "en.wikipedia.org",
    "www.wikidata.org",
    "bsky.network",
    "kafka.network",  # no host: the name of a group of Kafka's beans
    "www.w3.org",
    "json-schema.org",
    "keepachangelog.com",
    "semver.org",
    "www.apache.org",
    "flink.apache.org",
    "kafka.apache.org",
    "avro.apache.org",
    "opensource.org",
    "conventionalcommits.org",
    "kubernetes.io",  # these three are parts of names in manifests
    "k8s.io",
    "prometheus.io",
)
VENDORED = "vendor"  # folder of libraries of others, byte for byte as published, banners included
RESERVED = ("test", "example", "invalid", "localhost")  # top-level names that nobody can register (RFC 2606)

_URL = re.compile(r"\b(?:https?|wss?|ftp|git|ssh)://(?:[^\s/@\"'`<>]*@)?([\w%{}.-]+)", re.IGNORECASE)
_HOST = re.compile(
    r"(?<![\w.@-])((?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|cloud|cn|edu|network))(?![\w.-]*\w)", re.IGNORECASE
)
_FOLDER = re.compile(
    r"(?<![\w.<~/{}-])/(?:home|Users|root|work|mnt|media|srv|private|tmp|var/folders)/[\w.-]+"
)
_INDEX = re.compile(r"--(?:index-url|extra-index-url|find-links|trusted-host)\b")


def is_allowed(host: str) -> bool:
    """Return whether a host may be named: allowed, reserved, or no real name (`host`, `{address}`)."""
    name = host.lower().strip(".")
    if "." not in name or any(sign in name for sign in "{}%"):
        return True
    return name.rsplit(".", 1)[-1] in RESERVED or any(
        name == known or name.endswith(f".{known}") for known in ALLOWED
    )


def faults(text: str) -> list[str]:
    """Return what a text should not name, with line numbers."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        hosts = {*_URL.findall(line), *_HOST.findall(line)}
        found += [f"line {number}: host {host}" for host in sorted(hosts) if not is_allowed(host)]
        found += [f"line {number}: folder {match}" for match in _FOLDER.findall(line)]
        found += [f"line {number}: setting {match}" for match in _INDEX.findall(line)]
    return found


def faults_of(paths: Iterable[Path]) -> list[str]:
    """Return the faults of text files; files that are not UTF-8 are data, vendored ones are not ours."""
    found = []
    for path in paths:
        if VENDORED in path.parts:
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{shown(path)}: {fault}" for fault in faults(text)]
    return found
