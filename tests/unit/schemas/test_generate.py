"""Generated files: they are fresh, staleness is seen, released schemas cannot be edited."""

from pathlib import Path

import pytest

from schemas.avro_plan import compile_plan
from schemas.errors import ContractError
from schemas.generate import main, outputs, released_lock, stale
from schemas.generate_records import records_source

ROOT = Path(__file__).parents[3]


def _event(name: str, *fields: dict[str, object]) -> dict[str, object]:
    return {"type": "record", "name": name, "doc": "One thing. Then more.", "fields": list(fields)}


def _source(**schemas: dict[str, object]) -> str:
    return records_source({event: (compile_plan(schema), schema) for event, schema in schemas.items()})


def test_committed_files_are_fresh() -> None:
    """Whoever changes a schema or a topic runs the generator."""
    assert stale(ROOT) == [], "run: python -m schemas.generate"


def test_stale_and_missing_files_are_seen_and_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--check only tells; without it the files are written, and then nothing is left to do."""
    for path in outputs():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "schemas/records.py").write_text("old")
    assert main(["--check", "--root", str(tmp_path)]) == 1
    assert capsys.readouterr().out.count("stale; run python -m schemas.generate") == 3
    assert (tmp_path / "schemas/records.py").read_text() == "old"
    assert main(["--root", str(tmp_path)]) == 0
    assert main(["--check", "--root", str(tmp_path)]) == 0
    assert (tmp_path / "schemas/records.py").read_text("utf-8") == outputs()["schemas/records.py"]


def test_a_folder_that_is_no_repository_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and a sentence, no traceback."""
    assert main(["--root", str(tmp_path / "nowhere")]) == 2
    assert "schemas.generate:" in capsys.readouterr().err


def test_an_edited_release_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The generator never overwrites the hash of a released file."""
    monkeypatch.setattr(
        "schemas.generate.read_bytes",
        lambda path: b'"engagement/v1.avsc" = "00"' if path.endswith("released.toml") else b"{}",
    )
    with pytest.raises(ContractError, match=r"changed or gone: engagement/v1\.avsc; restore"):
        released_lock()
    assert main(["--check"]) == 2


def test_one_name_has_one_meaning() -> None:
    """Two events may share an item type only when it is the same."""
    part: dict[str, object] = {"type": "record", "name": "Part", "fields": [{"name": "id", "type": "string"}]}
    other = {**part, "fields": [{"name": "id", "type": "int"}]}
    first = _event("A", {"name": "parts", "type": {"type": "array", "items": part}})
    same = _event("B", {"name": "parts", "type": {"type": "array", "items": part}})
    different = _event("B", {"name": "parts", "type": {"type": "array", "items": other}})
    assert _source(a=first, b=same).count("class Part(") == 1
    with pytest.raises(ContractError, match="type Part differs between events"):
        _source(a=first, b=different)


def test_a_filled_array_is_no_default_for_a_record_type() -> None:
    """A struct's default must be immutable and simple."""
    with pytest.raises(ContractError, match=r"f: default \[1\] is not supported"):
        _source(a=_event("A", {"name": "f", "type": {"type": "array", "items": "int"}, "default": [1]}))


def test_every_shape_has_a_type() -> None:
    """Nullable, arrays, enums and long comments."""
    hue = {"type": "enum", "name": "Hue", "symbols": ["red"]}
    text = _source(
        a=_event(
            "A",
            {"name": "hue", "type": ["null", hue], "default": None},
            {"name": "raws", "type": {"type": "array", "items": "bytes"}, "default": []},
            {"name": "flag", "type": "boolean", "default": False, "doc": "word " * 40},
        )
    )
    assert "hue: Hue | None = None" in text
    assert "raws: tuple[bytes, ...] = ()" in text
    assert "flag: bool = False" in text
    assert max(map(len, text.splitlines())) <= 110
