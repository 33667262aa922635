"""Detector settings are checked together."""

from dataclasses import replace

import pytest

from state.burst_config import DAY_MS, BurstConfig, BurstConfigError


def test_the_defaults_are_valid_and_frozen() -> None:
    """The default settings pass their own checks and know their panes."""
    cfg = BurstConfig()
    assert cfg.panes(DAY_MS) == 288
    assert replace(cfg, pane_ms=7 * 60_000).panes(DAY_MS) == 206


@pytest.mark.parametrize(
    "wrong",
    [
        {"pane_ms": 999},
        {"pane_ms": 2 * DAY_MS},
        {"half_life_ms": 0},
        {"memory_ms": -1},
        {"tail_prob": 0.0},
        {"tail_prob": 0.2},
        {"tail_prior": 0.5},
        {"noise_floor": 0.0},
        {"clip_sigma": -1.0},
        {"escalation_ratio": 0.9},
        {"max_top_share": 0.0},
        {"min_users": -1},
        {"min_lift": -0.1},
        {"min_jump": -0.1},
        {"prior_weight": 0.0},
        {"alert_score": float("nan")},
    ],
)
def test_each_setting_out_of_range_is_refused_by_name(wrong: dict[str, float]) -> None:
    """The message names the setting, the value and what is allowed."""
    (name,) = wrong
    with pytest.raises(BurstConfigError, match=rf"{name} = .*: expected"):
        replace(BurstConfig(), **wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_bare_counts_need_no_users() -> None:
    """Without people and contents those gates are off; all else is as live."""
    cfg = BurstConfig.for_counts(60_000)
    assert (cfg.pane_ms, cfg.min_users, cfg.cold_min_users, cfg.min_fingerprints) == (60_000, 0, 0, 0)
    assert (cfg.alert_score, cfg.min_lift, cfg.min_jump, cfg.hold_ms) == (2.4, 3.0, 7.0, DAY_MS)


def test_all_mistakes_are_reported_together() -> None:
    """Two wrong settings are two lines of one error."""
    with pytest.raises(BurstConfigError, match=r"(?s)tail_prob.*cold_z"):
        BurstConfig(tail_prob=0.5, cold_z=0.0)
