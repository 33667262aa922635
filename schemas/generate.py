"""Write what follows from the contracts: `python -m schemas.generate [--check] [--root FOLDER]`.

Writes `schemas/records.py`, `docs/reference/events.md` and the hashes of new releases in
`schemas/events/released.toml`. With `--check` it writes nothing and ends with 1 when a file is stale.
"""

import argparse
import hashlib
import sys
from pathlib import Path

import msgspec

from schemas.avro_plan import compile_plan
from schemas.errors import ContractError
from schemas.generate_docs import events_page
from schemas.generate_records import records_source
from schemas.released import newest, read_bytes, read_schema, releases
from schemas.topics import topics

_LOCK_HEAD = (
    "# SHA-256 of every released schema. A released file is never edited: a change is a new version.\n"
    "# `python -m schemas.generate` adds the line of a new release and changes no other.\n"
)


def released_lock() -> str:
    """Text of `released.toml`: known lines as they are, and one more line for each new release.

    Raises:
        ContractError: A released file has changed or is gone.
    """
    known = msgspec.toml.decode(read_bytes("events/released.toml"), type=dict[str, str])
    found = {item.file: hashlib.sha256(read_bytes(f"events/{item.file}")).hexdigest() for item in releases()}
    changed = sorted(file for file in known if found.get(file) != known[file])
    if changed:
        raise ContractError(
            f"released schemas changed or gone: {', '.join(changed)}; restore them and release a new version"
        )
    return _LOCK_HEAD + "".join(f'"{file}" = "{digest}"\n' for file, digest in {**known, **found}.items())


def outputs() -> dict[str, str]:
    """Path under the repository -> the text that belongs there."""
    events = {event: (release, read_schema(release.file)) for event, release in newest().items()}
    plans = {event: compile_plan(schema) for event, (_, schema) in events.items()}
    return {
        "schemas/records.py": records_source(
            {event: (plans[event], schema) for event, (_, schema) in events.items()}
        ),
        "docs/reference/events.md": events_page(
            {event: (release, plans[event], schema) for event, (release, schema) in events.items()},
            dict(topics()),
        ),
        "schemas/events/released.toml": released_lock(),
    }


def stale(root: Path) -> list[str]:
    """Paths whose text is not what the contracts say."""
    texts = outputs()
    paths = {path: root / path for path in texts}
    return [path for path, at in paths.items() if not at.exists() or at.read_text("utf-8") != texts[path]]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 = nothing to do or written, 1 = stale with `--check`, 2 = cannot."""
    parser = argparse.ArgumentParser(
        prog="python -m schemas.generate", description="Write generated contract files."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 when a file is stale")
    parser.add_argument("--root", type=Path, default=Path(), help="the repository (default: here)")
    options = parser.parse_args(arguments)
    try:
        old = stale(options.root)
        if not options.check:
            for path in old:
                (options.root / path).write_text(outputs()[path], "utf-8")
    except (ContractError, OSError) as fault:
        sys.stderr.write(f"schemas.generate: {fault}\n")
        return 2
    for path in old:
        sys.stdout.write(
            f"{path}: {'stale; run python -m schemas.generate' if options.check else 'written'}\n"
        )
    return 1 if options.check and old else 0


if __name__ == "__main__":
    sys.exit(main())
