"""Where a schema id on the wire is looked up: our own files, or any Confluent-compatible registry."""

import os
from pathlib import Path
from typing import Final, Protocol

from schemas.errors import ContractError, UnknownSchemaError
from schemas.registry_http import HttpRegistry
from schemas.released import Release, Schema, read_schema, releases

AUTH_ENV: Final = "GROUNDSWELL_REGISTRY_AUTH_FILE"
_MAX_AUTH: Final = 4096


class Registry(Protocol):
    """Schema ids and schemas of subjects. A subject is `<topic>-value`."""

    def id_of(self, subject: str) -> int:
        """Id under which our newest schema of the subject travels. Raises UnknownSchemaError."""
        ...

    def schema(self, schema_id: int) -> Schema:
        """Schema behind an id, as parsed JSON; treat as read-only. Raises UnknownSchemaError."""
        ...

    def versions(self, subject: str) -> tuple[int, ...]:
        """Version numbers of a subject, oldest first. Raises UnknownSchemaError."""
        ...


class FileRegistry:
    """The released files of this package. No network; every answer is a dictionary lookup."""

    def __init__(self) -> None:
        self._by_id: dict[int, Release] = {release.id: release for release in releases()}
        self._by_subject: dict[str, list[Release]] = {}
        for release in releases():
            self._by_subject.setdefault(release.subject, []).append(release)

    def id_of(self, subject: str) -> int:
        """Id of the newest released schema of a subject."""
        return self._rows(subject)[-1].id

    def schema(self, schema_id: int) -> Schema:
        """Released schema behind an id."""
        release = self._by_id.get(schema_id)
        if release is None:
            known = sorted(self._by_id)
            raise UnknownSchemaError(
                f"schema id {schema_id} is not among the released ids {known}; "
                "if a registry server issued it, pass that registry's URL"
            )
        return read_schema(release.file)

    def versions(self, subject: str) -> tuple[int, ...]:
        """Released version numbers of a subject, oldest first."""
        return tuple(release.version for release in self._rows(subject))

    def _rows(self, subject: str) -> list[Release]:
        rows = self._by_subject.get(subject)
        if rows is None:
            raise UnknownSchemaError(
                f"no subject {subject!r}; events/ids.toml has {sorted(self._by_subject)}"
            )
        return rows


def open_registry(url: str | None, auth_file: str = "") -> Registry:
    """Open the registry at a URL; None or an empty string means our own files.

    Args:
        url: Where it is; it holds no password.
        auth_file: File with `user:password` on its first line; empty = the one that the environment names,
            if it does.

    Raises:
        ContractError: The URL is neither http nor https, or the file cannot be used.
    """
    if not url:
        return FileRegistry()
    if url.startswith(("http://", "https://")):
        return HttpRegistry(url, _auth(auth_file or os.environ.get(AUTH_ENV, "")))
    raise ContractError(
        f"registry {url.split('://')[0]!r}: expected an http:// or https:// URL, or nothing for files"
    )


def _auth(path: str) -> str:
    if not path:
        return ""
    try:
        with Path(path).open(encoding="utf-8") as file:
            line = file.readline(_MAX_AUTH).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(f"registry auth file {path}: {error}") from error
    if ":" not in line:
        raise ContractError(f"registry auth file {path}: expected user:password on its first line")
    return line
