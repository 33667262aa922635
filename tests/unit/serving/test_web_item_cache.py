"""What is kept of items between requests."""

import pytest

from serving.scorer import Item
from serving.web import item_cache
from serving.web.item_cache import FRESH_S, ItemCache
from state.interest_stats import ItemStats


def _item(name: str, n: float = 1.0) -> Item:
    return Item(name, stats=ItemStats(n=n))


def test_items_are_kept_for_a_while() -> None:
    """Then they have to be read again."""
    now_s = [100.0]
    cache = ItemCache(lambda: now_s[0])
    cache.put([_item("a")])
    assert list(cache.get(["a", "b"])) == ["a"]
    now_s[0] += FRESH_S + 0.1
    assert cache.get(["a"]) == {}


def test_of_what_nobody_met_only_that_is_kept() -> None:
    """The next request may know other topics of it. For as long as items."""
    now_s = [100.0]
    cache = ItemCache(lambda: now_s[0])
    cache.put([Item("a", ("tea",)), _item("b")])
    assert list(cache.get(["a", "b"])) == ["b"]
    assert cache.unmet(["a", "b", "c"]) == {"a"}
    now_s[0] += FRESH_S + 0.1
    assert cache.unmet(["a"]) == set()


def test_those_read_longest_ago_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounded, whatever is asked."""
    monkeypatch.setattr(item_cache, "MOST_ITEMS", 2)
    cache = ItemCache()
    cache.put([_item("a"), _item("b")])
    cache.put([_item("a", 2.0)])
    cache.put([_item("c")])
    assert sorted(cache.get(["a", "b", "c"])) == ["a", "c"]
