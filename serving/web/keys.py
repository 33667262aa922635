"""API keys: a file that says who may ask, and how often. The keys themselves are not in it, only digests.

A key is 256 random bits, so one round of SHA-256 hides it as well as a slow hash would: nobody can try them
all.
"""

import os
import re
import secrets
import tempfile
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path

import msgspec

from serving.errors import ServingError
from serving.web.bucket import Rate

_FRONT = "gsk_"
_BYTES = 32
ANONYMOUS = "anonymous"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class KeysError(ServingError):
    """The keys file cannot be used; the message says why."""


class ApiKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One key, as it stands in the file.

    Attributes:
        name: Whose it is: a word for the operator.
        sha256: Digest of the key, hexadecimal.
        per_s: Requests per second.
        burst: Requests at once after a silence.
        streams: Streams at once.
    """

    name: str
    sha256: str
    per_s: float = 50.0
    burst: int = 100
    streams: int = 100

    @property
    def rate(self) -> Rate:
        """How often it may ask."""
        return Rate(self.per_s, self.burst)


class Anonymous(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What all who show no key may do together.

    Attributes:
        per_s: Requests per second.
        burst: Requests at once after a silence.
        streams: Streams at once.
    """

    per_s: float = 10.0
    burst: int = 20
    streams: int = 10


class KeysFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file.

    Attributes:
        keys: Who may ask.
        anonymous: What is granted to everybody; None = nobody may ask without a key.
    """

    keys: tuple[ApiKey, ...] = ()
    anonymous: Anonymous | None = None

    def find(self, key: str) -> ApiKey | None:
        """Return whose key this is. Time depends on no digest: all of them are compared."""
        wanted, found = digest(key), None
        for known in self.keys:
            if compare_digest(known.sha256, wanted):
                found = known
        return found


def new_key() -> str:
    """Return a new random key."""
    return _FRONT + secrets.token_urlsafe(_BYTES)


def digest(key: str) -> str:
    """Return what the file holds of a key."""
    return sha256(key.encode()).hexdigest()


def load(path: Path) -> KeysFile:
    """Read a file.

    Raises:
        KeysError: It cannot be read, or says something wrong.
    """
    try:
        found = msgspec.toml.decode(path.read_bytes(), type=KeysFile)
    except OSError as error:
        raise KeysError(
            f"keys file {path}: {error.strerror}; make one with `groundswell keys create`"
        ) from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise KeysError(f"keys file {path}: {error}") from error
    _check(path, found)
    return found


def add(path: Path, key: ApiKey) -> None:
    """Add a key to a file, or make the file; only its owner may read it. All or nothing.

    Raises:
        KeysError: The file says something wrong, or holds the name already.
    """
    old = load(path) if path.exists() else KeysFile()
    new = KeysFile((*old.keys, key), old.anonymous)
    _check(path, new)
    _write(path, new)


def remove(path: Path, name: str) -> None:
    """Remove a key.

    Raises:
        KeysError: There is none of this name.
    """
    old = load(path)
    kept = tuple(key for key in old.keys if key.name != name)
    if len(kept) == len(old.keys):
        names = ", ".join(key.name for key in old.keys) or "none"
        raise KeysError(f"keys file {path}: no key {name!r}; there are: {names}")
    _write(path, KeysFile(kept, old.anonymous))


def _check(path: Path, found: KeysFile) -> None:
    names = [key.name for key in found.keys]
    for name in names:
        if not _NAME.fullmatch(name) or name == ANONYMOUS:
            raise KeysError(f"keys file {path}: name {name!r}: expected small letters, digits, _ and -")
        if names.count(name) > 1:
            raise KeysError(f"keys file {path}: {name!r} is there twice; choose another name")
    granted: list[ApiKey | Anonymous] = [*found.keys, *((found.anonymous,) if found.anonymous else ())]
    for one in granted:
        if not (one.per_s > 0 and one.burst >= 1 and one.streams >= 0):
            raise KeysError(f"keys file {path}: per_s above 0, burst from 1, streams from 0 expected: {one}")


def _write(path: Path, found: KeysFile) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # readable by its owner only
    with os.fdopen(handle, "wb") as out:
        out.write(_encode(found))
    Path(name).replace(path)


def _encode(found: KeysFile) -> bytes:
    # msgspec writes TOML only with a further package; these tables need no more than this.
    parts = []
    if found.anonymous:
        parts.append("[anonymous]\n" + _table(found.anonymous))
    parts += ["[[keys]]\n" + _table(key) for key in found.keys]
    return "\n".join(parts).encode()


def _table(values: "ApiKey | Anonymous") -> str:
    told = msgspec.structs.asdict(values)
    return "".join(f"{name} = {msgspec.json.encode(value).decode()}\n" for name, value in told.items())
