"""A job that runs a registered model: its settings, its keys, its state, its names in Kafka."""

import importlib
import re
import warnings
from dataclasses import replace

import pytest

from flink_jobs._shell.for_readers import Served
from flink_jobs._shell.options import OptionsError
from flink_jobs.interests import pieces, served
from flink_jobs.interests.model_choice import with_model
from flink_jobs.interests.options import InterestsOptions
from schemas.served_interests import interest_key
from state.interest_config import InterestConfig
from state.interest_turn import TurnConfig
from state.model_entry import ModelConfig, ModelEntry, dumps

ENTRY = ModelEntry("quick", ModelConfig(InterestConfig(head_variance=0.2), learn_alone=True, creators=False))
NAMED = InterestsOptions(model_name="quick", turn=TurnConfig(head_step_ms=60_000))


def test_the_registered_settings_take_their_places() -> None:
    """The rest stays as given; names in Kafka become its own."""
    found = with_model(NAMED, lambda _: dumps(ENTRY))
    assert (found.model, found.model_tag) == (ENTRY.config.model, ENTRY.tag)
    assert found.turn == TurnConfig(learn_alone=True, creators=False, head_step_ms=60_000)
    assert found.group_id == "groundswell-interests-quick"
    assert found.transaction_prefix == "groundswell-interests-quick"
    assert with_model(replace(NAMED, group_id="mine"), lambda _: dumps(ENTRY)).group_id == "mine"
    assert with_model(found, lambda _: dumps(ENTRY)).model == ENTRY.config.model


def test_without_a_name_nothing_is_looked_up() -> None:
    """And nothing changes."""

    def nobody(_: InterestsOptions) -> bytes:
        raise AssertionError

    options = InterestsOptions(model=InterestConfig(head_variance=0.3))
    assert with_model(options, nobody) is options
    assert options.model_tag == ""


@pytest.mark.parametrize(
    ("options", "stored", "said"),
    [
        (NAMED, None, "no such model"),
        (NAMED, b"{}", "not a model"),
        (NAMED, dumps(replace(ENTRY, layout="interest-v9")), "interest-v9"),
        (replace(NAMED, model=InterestConfig(prior_events=9.0)), dumps(ENTRY), "and other settings"),
        (replace(NAMED, turn=TurnConfig(creators=False)), dumps(ENTRY), "and other settings"),
    ],
)
def test_what_cannot_run_is_told(options: InterestsOptions, stored: bytes | None, said: str) -> None:
    """Before anything is submitted."""
    with pytest.raises(OptionsError, match=said):
        with_model(options, lambda _: stored)


def test_a_name_that_cannot_be_one_is_a_wrong_setting() -> None:
    """Like any other."""
    with pytest.raises(ValueError, match="model_name: model name 'Q'"):
        InterestsOptions(model_name="Q")


def test_models_serve_and_keep_state_apart() -> None:
    """Keys of Redis and uids of steps carry the tag; those without a name are as they were."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # PyFlink warns of its own modules
        pipeline = importlib.import_module("flink_jobs.interests.pipeline")
    found = with_model(NAMED, lambda _: dumps(ENTRY))
    for uid in (pipeline.items_uid, pipeline.people_uid):
        assert uid(found) == re.sub(r"-(v\d+)-", rf"-{ENTRY.tag}-\1-", uid(InterestsOptions()))
    message = pieces.encode([Served(interest_key("ann"), 5, b"x")])
    (write,) = served.writes_of(message, ENTRY.tag)
    assert write.key == interest_key("ann", ENTRY.tag)
    assert served.writes_of(message)[0].key == interest_key("ann")
