"""Reference pages follow from the code: they are fresh, staleness is seen, and they say everything."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from flink_jobs._shell.options import _fields
from flink_jobs.trending.options import TrendingOptions
from groundswell.cli import VERBS
from groundswell.reference import cli_page, options_page, redis_page
from groundswell.reference.__main__ import PAGES, main, stale
from groundswell.reference.tables import table
from schemas.docstrings import attributes
from schemas.served import AsOf, TrendRecord
from schemas.served_interests import HeadRecord, InterestRecord, ItemRecord

ROOT = Path(__file__).parents[3]


def test_committed_pages_are_fresh() -> None:
    """Whoever changes a setting, a verb or a served record runs the generator."""
    assert list(stale(ROOT)) == [], "run: python -m groundswell.reference"


def test_stale_and_missing_pages_are_told_and_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--check only tells; without it the pages are written, and then nothing is left to do."""
    arguments = ["--root", str(tmp_path)]
    assert main(arguments) == 2
    assert "has no docs/reference" in capsys.readouterr().err
    (tmp_path / "docs" / "reference").mkdir(parents=True)
    (tmp_path / "docs" / "reference" / "redis.md").write_text("old")
    assert main(["--check", *arguments]) == 1
    assert capsys.readouterr().out.count("stale; run python -m groundswell.reference") == len(PAGES)
    assert (tmp_path / "docs" / "reference" / "redis.md").read_text() == "old"
    assert main(arguments) == 0
    assert main(["--check", *arguments]) == 0


def test_every_setting_stands_on_the_page_with_its_meaning() -> None:
    """A setting without a word about it cannot be used."""
    lines = options_page.page("trending", TrendingOptions(), "X", "trend.burst.alert_score").splitlines()
    for name in _fields(TrendingOptions):
        (row,) = (line for line in lines if line.startswith(f"| `{name}` |"))
        assert row.split(" | ")[3].strip(" |"), f"{name} has no meaning"


def test_options_of_every_shape_are_written() -> None:
    """Sections, lists, tables, truth values and empty texts have a notation; the sample has three."""

    @dataclass(frozen=True)
    class Inner:
        """What is inside.

        Attributes:
            size_mm: How large | or small.
        """

        size_mm: float = 1.5

    @dataclass(frozen=True)
    class Outer:
        """Not shown."""

        name: str = ""
        on: bool = True
        words: tuple[str, ...] = ("a", "b")
        inner: Inner = field(default_factory=Inner)

    Outer.__annotations__["inner"] = Inner
    text = options_page.page("odd", Outer(), "ODD", "inner.size_mm")
    assert "`ODD_INNER__SIZE_MM`" in text
    assert "`--inner.size-mm ...`" in text
    assert "`[inner]` with `size_mm = ...`" in text
    assert "| `name` | text | empty |  |" in text
    assert "| `on` | true or false | `true` |  |" in text
    assert '| `words` | list | `["a", "b"]` |  |' in text
    assert "## `inner`\n\nWhat is inside.\n" in text
    assert "| `inner.size_mm` | number | `1.5` | How large \\| or small. |" in text


def test_every_served_field_stands_on_the_page() -> None:
    """Place in the array, name and meaning of each."""
    text = redis_page.page()
    for record in (TrendRecord, AsOf, InterestRecord, ItemRecord, HeadRecord):
        assert set(record.__struct_fields__) == set(attributes(record))
        for place, name in enumerate(record.__struct_fields__):
            assert f"| {place} | `{name}` |" in text


def test_every_verb_stands_on_the_page() -> None:
    """Also those with verbs of their own."""
    text = cli_page.page()
    assert [verb for verb in VERBS if f"## groundswell {verb}" not in text] == []


def test_tables_are_plain_lines() -> None:
    """Line breaks and bars inside a cell do not break the table."""
    assert table(("a", "b"), [("x\n  y", "p|q")]) == "| a | b |\n| --- | --- |\n| x y | p\\|q |\n"
