"""Which model is served after a promotion or a rollback. Pure: whoever stores it compares and sets."""

from schemas.served_models import ModelPointer


class SwitchError(ValueError):
    """There is nothing to switch to, or it is served already."""


def promoted(before: ModelPointer, tag: str, now_ms: int) -> ModelPointer:
    """Return the switch to a model; the one before is kept for a rollback.

    Args:
        before: What is served.
        tag: Of the model that shall be.
        now_ms: Clock time, UTC.

    Raises:
        SwitchError: It is served already.
    """
    if before.current == tag:
        raise SwitchError("it is served already")
    return ModelPointer(number=before.number + 1, current=tag, previous=before.current, changed_ms=now_ms)


def rolled_back(before: ModelPointer, now_ms: int) -> ModelPointer:
    """Return the switch to the model before. A second rollback leads forward again: nothing is lost.

    Raises:
        SwitchError: There was none before.
    """
    if before.previous is None:
        raise SwitchError("no model was served before this one")
    return promoted(before, before.previous, now_ms)
