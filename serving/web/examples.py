"""Examples of answers for the OpenAPI document, made by the code that makes answers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from schemas.served import AsOf, TrendRecord
from schemas.served_health import DeadLetters, GroupLag, HealthRecord, JobHealth
from serving.ranks import Ranks
from serving.trend import Trend
from serving.web import mastodon
from serving.web.cursor import cursor
from serving.web.feed_shapes import Feed, FeedItem
from serving.web.past_shapes import InterestHistory, PastInterests, PastTopic
from serving.web.pipeline_shapes import PipelineState
from serving.web.shapes import (
    Explanation,
    Moved,
    Neighbour,
    Problem,
    RankChange,
    Readiness,
    RelatedTopics,
    StoreState,
    TrendPage,
)
from serving.web.views import view
from serving.words.explain import explain
from state.ranking import log_strength

_NOON_MS, _PANE_MS, _HALF_LIFE_MS = 1_751_371_200_000, 300_000, 10_800_000
_AS_OF = AsOf(as_of_ms=_NOON_MS, pane_ms=_PANE_MS, half_life_ms=_HALF_LIFE_MS, min_strength=0.5)
_RECORD = TrendRecord(
    topic="eclipse",
    scope="global",
    pane_start_ms=_NOON_MS - _PANE_MS,
    pane_ms=_PANE_MS,
    observed=31.0,
    expected=1.6,
    score=5.1,
    z=5.1,
    users=34,
    events=52,
    recent_users=34,
    first_seen_ms=_NOON_MS - 9 * _PANE_MS,
    peak_ms=_NOON_MS - _PANE_MS,
    peak_strength=40.0,
    rank=log_strength(40.0, _NOON_MS - _PANE_MS, _HALF_LIFE_MS),
    alert_ms=_NOON_MS - 6 * _PANE_MS,
    alert=True,
    reasons=("burst", "surprise 5.1"),
    history=(1.0, 0.0, 2.0, 3.0, 5.0, 12.0, 19.0, 31.0),
    related=("corona",),
)
_TREND = Trend(1, 39.2, _RECORD, _AS_OF)
_VIEW = view(_TREND, Ranks(_NOON_MS - _PANE_MS, {"eclipse": 3}), "global")
_DECISION = "0d4f6a1c9e2b47d08a51c3e7f9b20d64"
_VERSION, _BEFORE = "5f0c3a9d1be27c44", "a81d0f36c2e94b70"

EXAMPLES: Final[Mapping[str, object]] = MappingProxyType(
    {
        "TrendView": _VIEW,
        "TrendPage": TrendPage(
            scope="global",
            kind="tag",
            allowed=False,
            as_of_ms=_NOON_MS,
            half_life_ms=_HALF_LIFE_MS,
            min_strength=0.5,
            compared_with_ms=_NOON_MS - _PANE_MS,
            version=_VERSION,
            stale=False,
            confirmed_ms=None,
            next=cursor(_VERSION, 1),
            trends=(_VIEW,),
        ),
        "RankChange": RankChange(
            scope="global",
            kind="tag",
            as_of_ms=_NOON_MS,
            before=_BEFORE,
            version=_VERSION,
            entered=(),
            left=("rust",),
            moved=(Moved(topic="eclipse", was=3, now=1),),
        ),
        "StoreState": StoreState(stale=True, confirmed_ms=_NOON_MS + 2_000),
        "RelatedTopics": RelatedTopics(
            topic="eclipse",
            scope="global",
            kind="tag",
            as_of_ms=_NOON_MS,
            stale=False,
            aliases=(),
            related=(Neighbour(topic="corona", position=4),),
        ),
        "Explanation": Explanation(
            as_of_ms=_NOON_MS,
            half_life_ms=_HALF_LIFE_MS,
            min_strength=0.5,
            stale=False,
            sentences=tuple(explain(_TREND)),
            trend=view(_TREND),
        ),
        "InterestHistory": InterestHistory(
            as_of_ms=_NOON_MS,
            points=tuple(
                PastInterests(
                    as_of_ms=_NOON_MS - hours * 3_600_000,
                    liked=3.5,
                    labels=9.25,
                    topics=(PastTopic(topic="astronomy", slow=slow, fast=fast),),
                )
                for hours, slow, fast in ((1, 0.25, 0.5), (0, 0.4, 0.75))
            ),
        ),
        "PipelineState": PipelineState(
            collected=True,
            health=HealthRecord(
                at_ms=_NOON_MS,
                trends_ms=_NOON_MS - _PANE_MS,
                interests_ms=_NOON_MS - _PANE_MS,
                lags=(GroupLag(job="trending", topic="engagement", records=1_250),),
                dead_letters=(DeadLetters(topic="engagement", reason="invalid", job="trending", records=3),),
                jobs=(JobHealth(name="trending", state="RUNNING", checkpoint_ms=_NOON_MS - 7_000),),
            ),
        ),
        "Readiness": Readiness(ready=True, stale=False, as_of_ms=_NOON_MS, confirmed_ms=_NOON_MS + 2_000),
        "Feed": Feed(
            decision_id=_DECISION,
            rung="full",
            as_of_ms=_NOON_MS,
            items=(
                FeedItem(
                    id="post-4711",
                    author="user-3",
                    topics=("eclipse",),
                    position=0,
                    score=0.31,
                    source="in_network",
                    why="user-3",
                    propensity=1.0,
                    explored=False,
                ),
            ),
            next=cursor(_DECISION, 1),
        ),
        "Problem": Problem(
            type="urn:groundswell:problem:unknown-topic",
            title="The topic is unknown",
            status=404,
            detail="'eclipes' is not and was not in the list of global. Did you mean 'eclipse'?",
            did_you_mean=("eclipse",),
        ),
        "Tag": mastodon.tag(_VIEW, _NOON_MS, "https://social.example"),
    }
)
