"""The name under which the audit of erasures knows a person."""

import hmac
from hashlib import sha256
from pathlib import Path

from schemas.errors import ContractError

_MIN_KEY_BYTES = 16


def subject_of(event_id: str, user: str, key: bytes = b"") -> str:
    """Return HMAC-SHA-256 of request and person, 64 hex digits. The request's id is the salt.

    >>> subject_of("e1", "ann") == subject_of("e2", "ann")
    False
    """
    return hmac.new(key, f"{event_id}\0{user}".encode(), sha256).hexdigest()


def audit_key(path: str) -> bytes:
    """Return the secret key in a file; none when no file is named.

    Raises:
        ContractError: The key is too short to be one.
        OSError: The file cannot be read.
    """
    if not path:
        return b""
    key = Path(path).read_bytes().strip()
    if len(key) < _MIN_KEY_BYTES:
        raise ContractError(f"{path}: a key of {len(key)} bytes, expected at least {_MIN_KEY_BYTES}")
    return key
