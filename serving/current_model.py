"""Follow the model that is served: an answer is made of one model, the newest one it was told of."""

from collections.abc import Sequence

from serving.interest_store import InterestStore, Ranking

_TRIES = 3  # more switches than that within one request are nobody's need


def follow(store: InterestStore, user: str, items: Sequence[str], model: str) -> tuple[str, Ranking]:
    """Return (tag, what is known under it), starting with a model that was served a moment ago.

    One round trip while nothing was switched, one more for each switch. Every part of the answer is of the
    model that is returned, whatever is switched meanwhile.

    Args:
        store: Where to read.
        user: Of whom.
        items: Ids.
        model: Tag to try first.
    """
    found = store.ranking(user, items, model)
    for _ in range(_TRIES):
        if found.current == model:
            break
        model = found.current
        found = store.ranking(user, items, model)
    return model, found
