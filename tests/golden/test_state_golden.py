"""Stored state of every version that was ever released still decodes to the same values."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from state.codec import HEADER, StateCorruptError, StateVersionError, registered
from tests.support import write_golden
from tests.support.golden_state import FOLDER, SAMPLES, Sample, codecs, plain

CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"
RELEASED = [
    pytest.param(sample, version, id=sample.name(version))
    for sample in SAMPLES
    for version in sorted(codecs()[sample.kind].decoders)
]


def _bytes(sample: Sample, version: int) -> bytes:
    path = FOLDER / f"{sample.name(version)}.bin"
    assert path.exists(), f"{path.name} is missing; run: make golden KIND={sample.kind}"
    return path.read_bytes()


def holds(found: object, told: object) -> bool:
    """Return whether all that a golden file tells is in the decoded value; newer fields may be beside it."""
    if isinstance(told, Mapping):
        return isinstance(found, Mapping) and all(
            name in found and holds(found[name], value) for name, value in told.items()
        )
    if isinstance(told, list):
        same_length = isinstance(found, list) and len(found) == len(told)
        return same_length and all(holds(*pair) for pair in zip(found, told, strict=True))
    return found == told


@pytest.mark.parametrize(("sample", "version"), RELEASED)
def test_released_state_decodes_to_its_values(sample: Sample, version: int) -> None:
    """A savepoint of that version can be restored by this build."""
    raw = _bytes(sample, version)
    assert HEADER.unpack_from(raw) == (sample.kind.encode(), version)
    told = json.loads((FOLDER / f"{sample.name(version)}.json").read_text("utf-8"))
    assert holds(plain(codecs()[sample.kind].loads(raw)), told)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name(0))
def test_the_newest_version_writes_the_same_bytes(sample: Sample) -> None:
    """A layout that moves by one byte under an old version number would corrupt every savepoint."""
    codec = codecs()[sample.kind]
    raw = _bytes(sample, codec.version)
    assert codec.dumps(codec.loads(raw)) == raw


@pytest.mark.parametrize("kind", sorted(codecs()))
def test_unknown_versions_and_damaged_bytes_are_refused(kind: str) -> None:
    """They stop the job with advice; nothing is guessed."""
    codec = codecs()[kind]
    (sample, *_) = (sample for sample in SAMPLES if sample.kind == kind)
    raw = _bytes(sample, codec.version)
    future = HEADER.pack(codec.kind, max(codec.decoders) + 1) + raw[HEADER.size :]
    with pytest.raises(StateVersionError, match="Deploy a newer build"):
        codec.loads(future)
    with pytest.raises(StateCorruptError, match="restore an older snapshot"):
        codec.loads(raw[:-1])


def test_every_kind_is_registered_and_has_a_sample() -> None:
    """A new kind of state cannot be forgotten here."""
    assert set(codecs()) == {sample.kind for sample in SAMPLES}
    assert all(registered()[kind.encode()] is codec for kind, codec in codecs().items())


def test_every_version_stands_in_the_changelog() -> None:
    """Under State a reader learns whether a savepoint survives."""
    told = CHANGELOG.read_text("utf-8")
    written = {kind: f"| `{kind}` | {codec.version} |" for kind, codec in codecs().items()}
    assert [kind for kind, row in written.items() if row not in told] == []


def test_no_golden_without_a_decoder() -> None:
    """Each file belongs to a version that is still read; released ones are never thrown away."""
    known = {sample.name(version) for sample, version in (param.values for param in RELEASED)}
    assert {path.stem for path in FOLDER.iterdir()} <= known


def test_other_values_are_seen() -> None:
    """A changed number, a missing field and a shorter list are differences; a new field is none."""
    told = {"rows": [{"mu": 1.5}], "n": 1}
    assert holds({"rows": [{"mu": 1.5, "new": 0}], "n": 1}, told)
    for found in ({"rows": [{"mu": 1.5001}], "n": 1}, {"rows": [{}], "n": 1}, {"rows": [], "n": 1}, {}, []):
        assert not holds(found, told)


def test_golden_files_are_written_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second run leaves them alone, whatever they hold; an unknown kind is told what there is."""
    monkeypatch.setattr(write_golden, "FOLDER", tmp_path)
    assert write_golden.main(["ts"]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"ts-v1.bin", "ts-v1.json"}
    (tmp_path / "ts-v1.bin").write_bytes(b"as released")
    assert write_golden.main(["ts"]) == 0
    assert (tmp_path / "ts-v1.bin").read_bytes() == b"as released"
    assert capsys.readouterr().out == "ts-v1: written\n"
    assert write_golden.main(["qq"]) == 2
    assert (
        "no sample of qq; known: bu, dr, fb, fi, fp, fs, fv, if, ih, ii, im, ip, iq, is, it, iu, ln, mr, oj, "
        "pc, rf, tg, tk, tl, ts" in capsys.readouterr().err
    )
