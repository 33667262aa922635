"""A switch of the model under a server that keeps items and heads: no answer mixes two models."""

import asyncio
from collections.abc import Sequence

import pytest
from support.interest_served import served_interests

from schemas.served_interests import HeadRecord, InterestRecord, ItemRecord, decode
from serving.current_model import follow
from serving.interest_store import Ranking
from serving.memory_interest_store import MemoryInterestStore
from serving.scorer import Item, Scorer
from serving.web.calls import Calls
from serving.web.people import People
from serving.web.people_shapes import Candidate
from state import interest_head

OLD, NEW = "a" * 12, "b" * 12
ITEMS = ("p1", "p2", "p4")


def _store() -> MemoryInterestStore:
    """Ann under two models: the second one met other counts and has other weights."""
    store = MemoryInterestStore()
    store.current = OLD
    for key, (_, raw) in served_interests().items():
        kind, name = key.split(":")[2], key.rpartition("}:")[2]
        for model in (OLD, NEW):
            if kind == "int":
                store.put_interests(name, decode(InterestRecord, raw), model)
            elif kind == "itm":
                record = decode(ItemRecord, raw)
                changed = {"pos": record.pos / 2} if model == NEW else {}
                fields = {f: getattr(record, f) for f in record.__struct_fields__}
                store.put_item(name, ItemRecord(**(fields | changed)), model)
            else:
                record_ = decode(HeadRecord, raw)
                head = interest_head.CODEC.loads(record_.state)
                if model == NEW:
                    head.weights[0] += 0.7
                fields = {f: getattr(record_, f) for f in record_.__struct_fields__}
                state = interest_head.CODEC.dumps(head)
                store.put_head(int(name), HeadRecord(**(fields | {"state": state})), model)
    return store


def _expected(store: MemoryInterestStore, model: str) -> list[float]:
    prepared = [Item.of(i, of) for i, of in zip(ITEMS, store.items(ITEMS, model), strict=True)]
    return [one.p for one in Scorer(store.head(0, model)).score(store.interests("ann", model), prepared)]


def test_what_was_kept_of_one_model_is_not_used_for_the_other() -> None:
    """Items and heads are kept for seconds; a switch between two requests leaves none of them."""
    store = _store()
    wanted = [Candidate(id=item) for item in ITEMS]

    async def ask() -> list[tuple[str, list[float]]]:
        calls = Calls()
        people, found = People(store, calls, 5.0), []
        for current in (OLD, OLD, NEW, NEW, OLD):
            store.current = current
            model, _, scores = await people.rank("ann", wanted)
            found.append((model, [one.p for one in scores]))
            assert (await people.interests("ann"))[0] == current
        calls.close()
        return found

    old, new = _expected(store, OLD), _expected(store, NEW)
    assert all(a != b for a, b in zip(old, new, strict=True))
    assert asyncio.run(ask()) == [(OLD, old), (OLD, old), (NEW, new), (NEW, new), (OLD, old)]


def test_a_head_of_other_features_counts_as_none(caplog: pytest.LogCaptureFixture) -> None:
    """Before the upgraded job has written its own: people are ranked all the same, and the log says why."""
    store = _store()
    head = store.head(0, OLD)
    assert head is not None
    fields = {f: getattr(head, f) for f in head.__struct_fields__}
    other = HeadRecord(**(fields | {"model": "interest-v0", "state": b"shorter"}))
    items = [Item.of(i, of) for i, of in zip(ITEMS, store.items(ITEMS, OLD), strict=True)]
    ann = store.interests("ann", OLD)
    assert Scorer(other).score(ann, items) == Scorer(None).score(ann, items)
    assert "features interest-v0, this build has interest-v2" in caplog.text


class _Restless(MemoryInterestStore):
    """Is switched at each read; counts reads."""

    def __init__(self, moves: list[str]) -> None:
        super().__init__()
        self.moves, self.asked = moves, []  # type: ignore[var-annotated]

    def ranking(self, user: str, items: Sequence[str], model: str) -> Ranking:
        """Tell the next move."""
        self.asked.append(model)
        self.current = self.moves.pop(0) if self.moves else self.current
        return super().ranking(user, items, model)


@pytest.mark.parametrize(
    ("moves", "asked", "answer"),
    [
        ([OLD], [OLD], OLD),
        ([NEW, NEW], [OLD, NEW], NEW),
        ([NEW, OLD, NEW, OLD], [OLD, NEW, OLD, NEW], NEW),
    ],
)
def test_a_reader_follows_and_does_not_run_for_ever(moves: list[str], asked: list[str], answer: str) -> None:
    """One trip while nothing moves; after four the answer is of the model that was read last."""
    store = _Restless(moves)
    model, _ = follow(store, "ann", (), OLD)
    assert (store.asked, model) == (asked, answer)
