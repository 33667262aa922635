"""Canonical links: a fixed point, one for all ways to write a page, nothing for what is no link."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.links import MAX_LINK_CHARS, canonical_link

HOSTS = st.sampled_from(
    ["example.org", "EXAMPLE.org", "www.example.org.", "bücher.example", "[2001:DB8::1]", "127.0.0.1"]
)
PATHS = st.text("abcÄ/%2f%C3.-_~ ", max_size=12)
QUERIES = st.lists(
    st.sampled_from(
        ["a=1", "b", "utm_source=x", "UTM_MEDIUM=y", "fbclid=9", "gclid=1", "a=%c3%a4", "", "si=2"]
    ),
    max_size=5,
)


@st.composite
def links(draw: st.DrawFn) -> str:
    """Draw a web address, well or badly formed."""
    front = draw(st.sampled_from(["http://", "https://", "HTTPS://", "http://ann:pw@", "ftp://", ""]))
    port = draw(st.sampled_from(["", ":80", ":443", ":8080", ":x", ":"]))
    query, end = "&".join(draw(QUERIES)), draw(st.sampled_from(["", "#top", "#!a?b=1", "\n"]))
    return f"{front}{draw(HOSTS)}{port}/{draw(PATHS)}{'?' if query else ''}{query}{end}"


@given(links() | st.text(max_size=40) | st.text(max_size=30).map("https://".__add__))
def test_a_canonical_link_is_its_own(text: str) -> None:
    """Nothing is left to change, whatever came in, and no control character gets through."""
    link = canonical_link(text)
    assert canonical_link(link) == link
    assert len(link) <= MAX_LINK_CHARS
    assert not any(ord(c) <= 0x20 or 0x7F <= ord(c) <= 0xA0 for c in link)


@given(links(), st.sampled_from(["utm_campaign=z", "fbclid=77", "gclid=3", "igshid=q", "ref_src=twsrc"]))
def test_who_shared_it_does_not_make_another_link(text: str, mark: str) -> None:
    """A tracking parameter and a fragment change nothing."""
    plain = text.partition("#")[0].rstrip("\n")
    marked = f"{plain}{'&' if '?' in plain else '?'}{mark}#here"
    if canonical_link(plain):
        assert canonical_link(marked) == canonical_link(plain)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://example.org", "https://example.org/"),
        ("HTTP://Example.ORG:80/A", "http://example.org/A"),
        ("https://ann:secret@example.org:8443/%c3%a4?", "https://example.org:8443/%C3%A4"),
        ("https://example.org/?b=2&a=1&b=2", "https://example.org/?b=2&a=1&b=2"),
        ("https://youtu.example/w?v=1&si=x", "https://youtu.example/w?v=1"),
        ("https://example.org/w?si=x", "https://example.org/w?si=x"),
        ("https://[2001:DB8::1]:443/x", "https://[2001:db8::1]/x"),
        ("javascript:alert(1)", ""),
        ("https://", ""),
        ("https://a b.example/x", "https://ab.example/x"),
        ("https://exa<mple/", ""),
        ("https://example.org/" + "x" * 600, ""),
    ],
)
def test_links_in_words(text: str, link: str) -> None:
    """Examples; order and repetition of what is not tracking stay."""
    assert canonical_link(text) == link
