"""What the documentation says about mappings is what happens."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from producers.cli import app
from producers.mapping import parse, parse_value
from producers.mapping.contract import MAX_CHARS, MAX_TEXT_CHARS, MAX_TOPIC_CHARS, MAX_TOPICS
from producers.mapping.find import shipped, shipped_names
from tests.support.shared_data import REPOSITORY

HOWTO = (REPOSITORY / "docs/howto/own-events.md").read_text(encoding="utf-8")
REFERENCE = (REPOSITORY / "docs/reference/mapping.md").read_text(encoding="utf-8")


def _block(language: str, which: int = 0) -> str:
    return re.findall(rf"```{language}\n(.*?)```", HOWTO, re.DOTALL)[which]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files of the how-to, in a folder that is entered."""
    (tmp_path / "shop.csv").write_text(_block("csv"), encoding="utf-8")
    (tmp_path / "shop.toml").write_text(_block("toml"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("shop")
def test_the_example_prints_what_the_page_shows() -> None:
    """The reader sees on the screen what stands on the page."""
    command = re.search(r"groundswell produce (replay .*--dry-run)", HOWTO)
    assert command is not None
    result = CliRunner().invoke(app, command[1].split())
    assert result.exit_code == 0, result.output
    for line in _block("text").splitlines():
        assert line in result.output
    assert '"topics": ["garden", "tools"]' in result.output


def test_the_faults_on_the_page_are_the_real_ones(shop: Path) -> None:
    """The error that the page shows is the error of that mistake."""
    mapping = shop / "shop.toml"
    mapping.write_text(mapping.read_text().replace('"csv"', '"excel"').replace("topics =", "topic ="))
    result = CliRunner().invoke(app, ["replay", "shop.csv", "--mapping", "shop.toml", "--dry-run"])
    assert result.exit_code == 2
    assert _block("text", 1) in result.output


def test_the_reference_names_every_key_and_every_shipped_mapping() -> None:
    """A key that is not on the page does not exist for its readers."""
    keys = {*parse._TOP, *parse._FORMATS, *parse._UNITS, *parse_value.AGE_UNITS}
    keys |= {
        *parse_value._EXPR_KEYS,
        *parse_value._TEXT_KEYS,
        *parse_value._LIST_KEYS,
        *parse_value._TEST_KEYS,
    }
    keys |= {"columns", "delimiter", "native", "reason", "unit", "when", "action", "name"}
    missing = [key for key in sorted(keys) if not re.search(rf"[`\[]{key}[`\]]", REFERENCE)]
    assert missing == []
    for name in shipped_names():
        assert f"| `{name}` | `{'`, `'.join(shipped(name).files[:1])}`" in REFERENCE


def test_the_limits_on_the_page_are_the_real_ones() -> None:
    """Numbers in prose go stale first."""
    assert f"the first {MAX_TEXT_CHARS:,} characters" in REFERENCE
    assert f"at most {MAX_TOPICS} of at most {MAX_TOPIC_CHARS} characters" in REFERENCE
    limits = ", ".join(str(MAX_CHARS[name]) for name in ("event_id", "actor_id", "item_id", "community"))
    assert f"at most {limits} characters" in REFERENCE
