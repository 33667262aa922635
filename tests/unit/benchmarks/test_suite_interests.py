"""The suite of interests measures what the command does."""

from pathlib import Path

import pytest

from benchmarks.interests import baselines, delay, segments, switch
from benchmarks.interests.__main__ import PARTS
from benchmarks.interests.progressive import Ours, progressive
from benchmarks.interests.river_rows import Biased, Factors, RiverStep, UserRegression
from benchmarks.interests.streams import rows_of
from benchmarks.suite import run_part
from groundswell.offline.interest_rows import last_rows
from groundswell.offline.interests import Replay, replay

T = 1_772_150_400_000
ROWS = rows_of(
    (T + at * 999, f"u{at % 3}", f"i{at % 7}", "", f"t{at % 2}", "like", at % 5 // 3, f"s{at // 4}")
    for at in range(80)
)


def test_ours_is_the_command() -> None:
    """The same predictions, slates included; with steps by River others, inside 0 and 1."""
    told = [found.p for found in replay(ROWS, last_rows(ROWS), Replay())]
    assert progressive(ROWS, Ours()).scores == told
    by_river = progressive(ROWS, Ours(step=RiverStep())).scores
    assert by_river[0] == told[0]
    assert by_river != told
    assert all(0 < p < 1 for p in by_river)


@pytest.mark.parametrize(
    "model",
    [
        baselines.Constant, baselines.Popularity, baselines.LogOdds, baselines.LastTopics,
        baselines.TwoSpeeds, Biased, Factors, UserRegression,
    ],
)  # fmt: skip
def test_every_baseline_predicts_every_row(model: type) -> None:
    """Inside 0 and 1."""
    assert all(0 <= p <= 1 for p in progressive(ROWS, model()).scores)


def test_parts_without_data_say_so(tmp_path: Path) -> None:
    """And never fail."""
    for name in PARTS:
        if name != "I6":  # planted
            assert "data folder" in run_part("benchmarks.interests", name, PARTS[name], tmp_path).skipped


def test_planted_tastes_switch_at_every_user_s_own_time() -> None:
    """All users have as many events; the liked topics differ before and after."""
    rows = switch.planted(1)
    assert len(rows) == 200 * 200
    mine = [row for row in rows if row.user == "u5"]
    before, after = ({row.topics for row in part if row.label} for part in (mine[:100], mine[100:]))
    assert before != after


def test_segments_are_found() -> None:
    """New users and items by what came before; back after eight days."""
    rows = rows_of((T + day * 86_400_000, "u", f"i{day}", "", "", "", 1, "") for day in (0, 1, 9))
    new_users, new_items, back = segments.segments(rows).values()
    assert (new_users, new_items, back) == ({0, 1, 2}, {0, 1, 2}, {2})


@pytest.mark.parametrize("scheme", delay.SCHEMES.values(), ids=list(delay.SCHEMES))
def test_a_view_is_predicted_without_its_own_like(scheme: delay.Scheme) -> None:
    """A later like changes predictions of later views only."""
    views = [delay.View(T + at * 1000, "u", f"i{at}", "c", -1) for at in range(9)]
    liked = [*views[:4], delay.View(T + 4000, "u", "i4", "c", T + 4500), *views[5:]]
    plain, turned = delay.predictions(views, scheme), delay.predictions(liked, scheme)
    assert plain[:5] == turned[:5]
