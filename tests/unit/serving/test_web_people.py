"""Interests and rankings over HTTP, of people whom the job's own steps learned."""

from collections.abc import Iterator

import httpx
import pytest
from support.http_server import running_app
from support.interest_served import learned

from serving.app import create_app
from serving.memory_interest_store import MemoryInterestStore
from serving.memory_store import MemoryTrendStore
from serving.scorer import Item, Scorer
from serving.web.people_shapes import MOST_CANDIDATES


@pytest.fixture(scope="module")
def store() -> MemoryInterestStore:
    """What the job served."""
    return learned()


@pytest.fixture(scope="module")
def client(store: MemoryInterestStore) -> Iterator[httpx.Client]:
    """A client of the server."""
    app = create_app(MemoryTrendStore(), interests=store)
    with running_app(app) as base, httpx.Client(base_url=base) as found:
        yield found


def _rank(client: httpx.Client, user: str, *candidates: dict[str, object], limit: int = 9) -> httpx.Response:
    return client.post("/v1/rank", params={"limit": limit}, json={"user": user, "candidates": candidates})


def test_what_was_liked_is_what_is_told(client: httpx.Client) -> None:
    """Tea and its author lead."""
    found = client.get("/v1/users/ann/interests").json()
    assert {one["topic"] for one in found["topics"][:2]} == {"tea", "@by-tea"}
    assert found["topics"][0]["lift"] > 1
    assert found["labels"] > found["liked"] > 0


def test_nobody_is_known_by_chance(client: httpx.Client) -> None:
    """A problem that programs can tell from a wrong address."""
    found = client.get("/v1/users/nobody/interests")
    assert found.status_code == 404
    assert found.json()["type"] == "urn:groundswell:problem:unknown-user"


def test_new_posts_about_what_is_liked_come_first(client: httpx.Client) -> None:
    """Nobody met them: their topics and authors speak; positions start at 0."""
    found = _rank(
        client,
        "ann",
        {"id": "c", "topics": ["cars"], "author": "by-cars"},
        {"id": "t", "topics": ["#Tea"], "author": "by-tea"},
    ).json()
    assert [(one["id"], one["position"], one["source"]) for one in found["items"]] == [
        ("t", 0, "person"),
        ("c", 1, "person"),
    ]
    assert found["known"]
    assert found["items"][0]["reasons"]


def test_the_job_and_the_server_score_alike(client: httpx.Client, store: MemoryInterestStore) -> None:
    """One function: HTTP gives what the scorer of the stored head gives."""
    head, person, (record,) = store.head(0, ""), store.interests("ann", ""), store.items(["p2"], "")
    (score,) = Scorer(head).score(person, [Item.of("p2", record)])
    (shown,) = _rank(client, "ann", {"id": "p2"}).json()["items"]
    assert shown["score"] == score.p
    assert shown["source"] == "person and item"


def test_an_unknown_person_gets_what_others_like(client: httpx.Client) -> None:
    """Not an error: a feed is never empty."""
    found = _rank(client, "nobody", {"id": "p1"}, {"id": "p2"}, {"id": "p2"}, {"id": "zzz"}).json()
    assert not found["known"]
    assert found["as_of_ms"] is None
    assert {one["id"]: one["source"] for one in found["items"]} == {
        "p1": "item",
        "p2": "item",
        "zzz": "nothing",
    }
    assert found["items"][0]["id"] == "p2"


def test_no_more_than_the_limit(client: httpx.Client) -> None:
    """The best ones."""
    assert len(_rank(client, "ann", *({"id": f"p{n}"} for n in range(9)), limit=4).json()["items"]) == 4


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "truncated"),
        (b"{}", "user"),
        (b'{"user": "ann", "candidates": []}', "length >= 1"),
        (b'{"user": "ann", "candidates": [{"id": ""}]}', "length >= 1"),
        (b'{"user": "ann", "candidates": [{"id": "a", "x": 1}]}', "unknown field"),
        (b'{"user": "ann", "candidates": [{"id": "a"}], "limit": 4}', "unknown field"),
    ],
)
def test_a_wrong_body_is_explained(client: httpx.Client, body: bytes, said: str) -> None:
    """What was expected, where; never a fault."""
    found = client.post("/v1/rank", content=body)
    assert found.status_code == 422
    assert said in found.json()["detail"]


def test_too_many_candidates_are_refused(client: httpx.Client) -> None:
    """Bounded: whoever has more asks twice."""
    found = _rank(client, "ann", *({"id": str(n)} for n in range(MOST_CANDIDATES + 1)))
    assert found.status_code == 422
