"""Pages can be trusted: links lead somewhere, commands exist, samples parse, nothing is left to fill in."""

import json
import re
import sys
from pathlib import Path

import pytest

from state.interest_features import FEATURES
from tests.support import commands
from tests.support.markdown import anchors, blocks, broken_links, name, pages, reachable
from tests.support.markdown import commands as shell_commands
from tests.support.tree import PACKAGES, ROOT, shown, sources

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SHELL = ("sh", "bash", "console")
_TO_FILL_IN = re.compile(r"TODO|FIXME|XXX|TBD")
_MENTIONED = re.compile(r"\bdocs/[\w/-]+\.md\b")


@pytest.mark.parametrize("page", pages(), ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    """Files and headings that a page links to exist."""
    assert broken_links(page) == []


def test_every_page_is_reached_from_the_readme() -> None:
    """A page that nothing links to is read by nobody."""
    assert [name(page) for page in pages() if page not in reachable(ROOT / "README.md")] == []


def test_pages_that_code_mentions_exist() -> None:
    """A comment that sends a reader to a page sends them to one that is there."""
    lost = {
        shown(path): lost_pages(path.read_text("utf-8"))
        for path in sources(*PACKAGES, "tests", "benchmarks")
        if path != Path(__file__)
    }
    assert not {path: names for path, names in lost.items() if names}


def test_the_page_of_interests_names_all_features_in_order() -> None:
    """Readers meet the names in reasons, and count places in stored examples."""
    page = (ROOT / "docs" / "explanation" / "interests.md").read_text("utf-8")
    table = page.partition("| feature |")[2].partition("\n\n")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == FEATURES


@pytest.mark.parametrize("page", pages(), ids=name)
def test_commands_on_pages_exist(page: Path) -> None:
    """Targets of make, verbs of groundswell, their options and the options of jobs."""
    wrong = [
        f"line {block.line}: {' '.join(words)}: {fault}"
        for block in blocks(page)
        if block.language in SHELL
        for words in shell_commands(block)
        for fault in commands.faults(words)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("page", pages(), ids=name)
def test_samples_on_pages_parse(page: Path) -> None:
    """A reader can copy every TOML and JSON sample as it stands."""
    for block in blocks(page):
        if block.language == "toml":
            tomllib.loads(block.text)
        if block.language == "json":
            json.loads(block.text)


@pytest.mark.parametrize("page", pages(), ids=name)
def test_nothing_is_left_to_fill_in(page: Path) -> None:
    """A figure that was not measured stands nowhere, not even as a gap."""
    gaps = [line for line in page.read_text("utf-8").splitlines() if _TO_FILL_IN.search(line)]
    assert gaps == []


def lost_pages(text: str) -> list[str]:
    """Return pages that a text mentions and that do not exist."""
    return [page for page in _MENTIONED.findall(text) if not (ROOT / page).exists()]


def test_lost_pages_and_gaps_are_seen() -> None:
    """A page that was renamed, and the usual words for something that is missing."""
    assert lost_pages(f"see docs/{'explanation'}/gone.md and docs/index.md") == ["docs/explanation/gone.md"]
    assert [bool(_TO_FILL_IN.search(line)) for line in ("TODO: measure", "12 ms (TBD)", "done")] == [
        True,
        True,
        False,
    ]


def test_broken_links_are_seen(tmp_path: Path) -> None:
    """Missing files and headings, in links and pictures; code and other sites are not looked at."""
    page, other = tmp_path / "page.md", tmp_path / "other.md"
    other.write_text("# A *b* `c_d`, e!\n\n## Same\n\n## Same\n")
    assert anchors(other) == {"a-b-c_d-e", "same", "same-1"}
    page.write_text(
        "[a](other.md) [b](other.md#same-1) [c](https://example.org) `[d](no.md)`\n"
        "```md\n[e](no.md)\n```\n[f](other.md#same-2) ![g](no.svg)\n"
    )
    assert broken_links(page) == ["other.md#same-2", "no.svg"]
    assert reachable(page) == {page, other}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("make supper", "make has no target supper"),
        ("make demo SPEED=2", "the Makefile uses no SPEED"),
        ("groundswell dance", "no such verb: groundswell dance"),
        ("tail -f x | groundswell produce replay - --loud", "replay has no --loud"),
        ("groundswell submit flink_jobs.trending -- --shard=1", "flag --shard=1: expected"),
        ('groundswell submit flink_jobs.trending -- --redis "$(redis)"', "flag --redis: no such setting"),
        ("groundswell submit flink_jobs.trending -- --shards 0", "shards = 0: expected"),
    ],
)
def test_wrong_commands_are_seen(tmp_path: Path, line: str, fault: str) -> None:
    """Behind pipes, too; the options of a job are checked against the job."""
    page = tmp_path / "page.md"
    page.write_text(f"```sh\n# make nothing\nX=1 make test LEVEL=unit && {line}\n```\n")
    (block,) = blocks(page)
    found = [text for words in shell_commands(block) for text in commands.faults(words)]
    assert len(found) == 1
    assert found[0].startswith(fault)
