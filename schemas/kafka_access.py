"""How to reach a Kafka broker that asks who is there: one file, for our own programs and for jobs.

It uses the words of librdkafka, which our programs hand on as they are; jobs turn them into those of the Java
client (`flink_jobs._shell.kafka_security`).
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from schemas.errors import ContractError

ENV: Final = "GROUNDSWELL_KAFKA_PROPERTIES_FILE"
_PROTOCOLS: Final = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
_MECHANISMS: Final = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
KEYS: Final = (
    "security.protocol",
    "sasl.mechanism",
    "sasl.username",
    "sasl.password",
    "ssl.ca.location",  # PEM; without it the system's authorities count
    "ssl.certificate.location",  # PEM, and so is the key: PKCS #8 without a password
    "ssl.key.location",
)
_TOGETHER: Final = (
    ("sasl.mechanism", "sasl.username", "sasl.password"),
    ("ssl.certificate.location", "ssl.key.location"),
)
_MAX_BYTES: Final = 65_536


def client_settings(bootstrap: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return where the broker is and, when the environment names a file, how to reach it.

    Raises:
        ContractError: See `read`.
    """
    path = environ.get(ENV, "")
    return {**(read(Path(path)) if path else {}), "bootstrap.servers": bootstrap}


def read(path: Path) -> dict[str, str]:
    """Return what a file says, in librdkafka's words.

    A line is empty, ``# a comment`` or ``key=value``. Values have no backslash and no double quote: Java
    would read those otherwise than we do.

    Raises:
        ContractError: The file cannot be read, or says what nobody understands. Values are not repeated.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_BYTES).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(f"Kafka properties file {path}: {error}") from error
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, equals, value = (part.strip() for part in line.partition("="))
        if not equals or key not in KEYS:
            raise ContractError(f"{path}:{number}: {key!r}: expected key=value with one of {', '.join(KEYS)}")
        if not value or "\\" in value or '"' in value or not value.isprintable():
            raise ContractError(
                f"{path}:{number}: {key}: expected a printable value without backslash and double quote"
            )
        found[key] = value
    problems = _problems(found)
    if problems:
        raise ContractError("\n".join(f"{path}: {problem}" for problem in problems))
    return found


def _problems(found: Mapping[str, str]) -> list[str]:
    protocol = found.get("security.protocol", "PLAINTEXT")
    told = []
    if protocol not in _PROTOCOLS:
        told.append(f"security.protocol = {protocol}: expected one of {', '.join(_PROTOCOLS)}")
    if found.get("sasl.mechanism", "PLAIN") not in _MECHANISMS:
        told.append(f"sasl.mechanism = {found['sasl.mechanism']}: expected one of {', '.join(_MECHANISMS)}")
    for keys in _TOGETHER:
        absent = [key for key in keys if key not in found]
        if 0 < len(absent) < len(keys):
            told.append(f"{', '.join(absent)} is missing: {', '.join(keys)} go together")
    if protocol.startswith("SASL") != ("sasl.username" in found):
        told.append(f"security.protocol = {protocol}: SASL and a user go together")
    if "SSL" not in protocol.split("_") and any(key.startswith("ssl.") for key in found):
        told.append(f"security.protocol = {protocol}: ssl.* has no effect without SSL")
    return told
