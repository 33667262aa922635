"""Laws of residual learners: bounded, storable at any moment, blind where nothing is known."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state import residual_ftrl
from state.codec import StateCorruptError
from state.online_model import RiverResidual
from state.residual import Case, NoResidual, Residual, prob
from state.residual_ftrl import FtrlConfig, FtrlState, HashedFtrl

WORDS = st.sampled_from(["", "a", "b", "tea", "東京"])
CASES = st.builds(
    Case,
    user=st.sampled_from(["ann", "bob"]),
    item=WORDS,
    creator=WORDS,
    topics=st.lists(WORDS.filter(bool), max_size=3, unique=True).map(tuple),
    at_ms=st.integers(0, 1 << 45),
    margin=st.floats(-40.0, 40.0),
)
LABELLED = st.lists(st.tuples(CASES, st.integers(0, 1)), max_size=30)
CONFIGS = st.builds(
    FtrlConfig,
    bits=st.integers(1, 8),
    alpha=st.floats(0.01, 1.0),
    l1=st.sampled_from([0.0, 0.5]),
    l2=st.floats(0.0, 2.0),
    hours=st.booleans(),
    seed=st.integers(0, 3),
)


@given(CONFIGS, LABELLED, LABELLED)
def test_a_table_goes_on_from_its_bytes_bit_by_bit(
    cfg: FtrlConfig, before: list[tuple[Case, int]], after: list[tuple[Case, int]]
) -> None:
    """Whenever it is stored and read back."""
    table = HashedFtrl(cfg)
    for case, label in before:
        table.learn(case, label)
    back = HashedFtrl(cfg, residual_ftrl.CODEC.loads(residual_ftrl.CODEC.dumps(table.state)))
    for case, label in after:
        assert back.margin(case) == table.margin(case)
        table.learn(case, label)
        back.learn(case, label)
    assert back.state == table.state


@given(CONFIGS, LABELLED)
def test_a_table_never_grows(cfg: FtrlConfig, labelled: list[tuple[Case, int]]) -> None:
    """Names share places; nothing that comes makes it larger, and all weights stay finite."""
    table = HashedFtrl(cfg)
    for case, label in labelled:
        table.learn(case, label)
        assert abs(table.margin(case)) < 1e6
    assert len(table.state.z) == len(table.state.n) == 1 << cfg.bits
    assert len(residual_ftrl.CODEC.dumps(table.state)) <= 8 + 12 * (1 << cfg.bits)


@given(CASES)
def test_a_prediction_changes_nothing_and_nothing_learned_adds_nothing(case: Case) -> None:
    """A residual that is switched on starts as the head alone."""
    head_alone = prob(NoResidual(), case)
    table, river = HashedFtrl(FtrlConfig(bits=6)), RiverResidual()
    for residual in (table, river):
        assert prob(residual, case) == head_alone
    assert table.state == FtrlState(6)


@given(st.sampled_from(["ftrl", "river"]), st.integers(0, 1))
def test_a_label_pulls_the_next_prediction_of_the_same_case_towards_it(kind: str, label: int) -> None:
    """Again and again, closer each time."""
    residual: Residual = HashedFtrl(FtrlConfig()) if kind == "ftrl" else RiverResidual(0.1)
    case = Case("ann", "p1", "max", ("tea",), 0, 0.2)
    seen = [prob(residual, case)]
    for _ in range(20):
        residual.learn(case, label)
        seen.append(prob(residual, case))
    distance = [abs(label - p) for p in seen]
    assert distance == sorted(distance, reverse=True)
    assert distance[-1] < distance[0]


def test_a_person_of_long_ago_is_forgotten_by_river() -> None:
    """The people of late are kept, no more than told."""
    residual = RiverResidual(0.5, most=2)
    cases = [Case(name, "p1", "", ("tea",), 0, 0.0) for name in ("ann", "bob", "cat")]
    for case in cases:
        residual.learn(case, 1)
    assert [residual.margin(case) > 0 for case in cases] == [False, True, True]


@pytest.mark.parametrize("cut", [0, 3, 7, 12])
def test_damaged_tables_are_refused(cut: int) -> None:
    """Cut ones, and places outside of the table."""
    table = HashedFtrl(FtrlConfig(bits=4))
    table.learn(Case("ann", "p1", "", (), 0, 0.0), 1)
    raw = residual_ftrl.CODEC.dumps(table.state)
    with pytest.raises(StateCorruptError):
        residual_ftrl.CODEC.loads(raw[:3] + raw[3:][:cut])
    with pytest.raises(StateCorruptError, match="weight 200"):
        residual_ftrl.CODEC.loads(raw[:8] + (200).to_bytes(4, "little") + raw[12:])


def test_wrong_settings_are_told_together() -> None:
    """Each with its range."""
    with pytest.raises(ValueError, match="bits") as told:
        FtrlConfig(bits=40, alpha=0.0, beta=0.0, l1=-1.0, l2=-1.0, seed=-1)
    assert len(str(told.value).splitlines()) == 6
    assert replace(FtrlConfig(), hours=True) != FtrlConfig()
