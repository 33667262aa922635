"""Bytes of every version that was ever released still decode, alone and in batches."""

import json
from pathlib import Path

import msgspec
import pytest

from schemas.avro_decode import decode
from schemas.avro_plan import compile_plan
from schemas.codec import decode_value
from schemas.records import RECORDS
from schemas.registry import FileRegistry
from schemas.released import Release, read_schema, releases
from tests.support.avro_rows import rows_of

FOLDER = Path(__file__).parent / "wire"


def _golden(release: Release) -> list[dict[str, object]]:
    path = FOLDER / f"{release.event}-v{release.version}.json"
    assert path.exists(), f"{path.name} is missing; run: python -m tests.support.golden_wire"
    values: list[dict[str, object]] = json.loads(path.read_text("utf-8"))
    return values


@pytest.mark.parametrize("release", releases(), ids=lambda release: release.file)
def test_released_bytes_decode_to_their_records(release: Release) -> None:
    """The record has the newest shape: what the old version lacks has its default."""
    for golden in _golden(release):
        expected = msgspec.convert(golden["record"], RECORDS[release.event])
        assert decode_value(bytes.fromhex(str(golden["hex"])), FileRegistry()) == (release.event, expected)


@pytest.mark.parametrize("release", releases(), ids=lambda release: release.file)
def test_released_bytes_decode_in_batches(release: Release) -> None:
    """The batch decoder reads them under the schema that they name."""
    plan = compile_plan(read_schema(release.file))
    golden = _golden(release)
    columns = decode(plan, [bytes.fromhex(str(value["hex"])) for value in golden])
    assert columns.ok.all()
    for row, value in zip(rows_of(plan, columns), golden, strict=True):
        assert isinstance(value["record"], dict)
        assert {name: value["record"][name] for name in row} == row


def test_no_golden_without_a_release() -> None:
    """A golden file of nothing would prove nothing."""
    assert {path.stem for path in FOLDER.iterdir()} == {
        f"{item.event}-v{item.version}" for item in releases()
    }
