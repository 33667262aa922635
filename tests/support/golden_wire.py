"""Write the golden bytes of a newly released version: `python -m tests.support.golden_wire`.

Existing files are never touched: they are the proof that old bytes still decode.
"""

import json
import sys
from pathlib import Path

import msgspec

from schemas.codec import encode_record
from schemas.registry import FileRegistry
from schemas.released import newest
from tests.support.contract_cases import good_examples

FOLDER = Path(__file__).parents[1] / "golden" / "wire"


def main() -> int:
    """Write one file for each newest version that has none yet."""
    for event, release in newest().items():
        path = FOLDER / f"{event}-v{release.version}.json"
        if path.exists():
            continue
        records = [example.record() for example in good_examples() if example.event == event]
        values = [
            {"hex": encode_record(record, FileRegistry()).hex(), "record": msgspec.to_builtins(record)}
            for record in records
        ]
        path.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", "utf-8")
        sys.stdout.write(f"{path.name}: written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
