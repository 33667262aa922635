"""The page in a real browser, on the real server, with lists that the job's own sink wrote."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
import redis
from playwright.sync_api import Browser, Page, expect

from flink_jobs._shell.redis_sink import RedisSink
from schemas.served import TrendRecord, fence
from schemas.served_feed import BarsRecord, PoolItem, PoolRecord, bars_key, pool_key
from schemas.served_feed import encode as encode_feed
from schemas.served_health import (
    HEALTH_KEY,
    DeadLetters,
    GroupLag,
    HealthRecord,
    JobHealth,
    Quality,
    QualityPoint,
    encode_health,
)
from schemas.served_interests import PastRecord, encode, interest_key, past_field
from state.trend_config import TrendConfig
from tests.support.browser import running_browser, running_server
from tests.support.interest_served import served_interests
from tests.support.redis_server import running_redis
from tests.support.served_lists import list_writes
from tests.support.trend_records import HALF_LIFE_MS, NOON_MS, PANE_MS, a_record

CFG = TrendConfig(half_life_ms=HALF_LIFE_MS, min_strength=0.5)
MOST_BYTES = 300_000
WIDE, PHONE = {"width": 1100, "height": 900}, {"width": 390, "height": 800}
# Colours as the browser computes them, under each piece of text that can be seen: those below 4.5 to 1.
_TOO_PALE = """() => {
  const channel = (c) => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const colour = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const found = colour(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const out = [];
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest(".said, .skip, noscript, option")) continue;
    const [a, b] = [luminance(colour(getComputedStyle(element).color)), luminance(ground(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5)
      out.push(`${element.textContent.trim().slice(0, 30)}: ${contrast.toFixed(2)}`);
  }
  return out;
}"""


@dataclass
class World:
    """A server, the Redis that it reads, and what browsers complained about."""

    address: str
    redis_url: str
    browser: Browser
    said: list[str] = field(default_factory=list)

    def write(self, panes: int, records: Sequence[TrendRecord]) -> None:
        """Write the lists as they are some panes after noon."""
        RedisSink(self.redis_url).write(list_writes(CFG, NOON_MS + panes * PANE_MS, records, ()))

    def open(self, path: str = "/", scheme: str = "light", size: dict[str, int] = WIDE) -> Page:
        """Open a page in a context of its own."""
        context = self.browser.new_context(color_scheme=scheme, viewport=size)  # type: ignore[arg-type]
        page = context.new_page()
        page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.goto(self.address + path)
        return page


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One server and browser for the file."""
    with (
        running_browser() as browser,
        running_redis(tmp_path_factory.mktemp("redis")) as url,
        running_server(url) as address,
    ):
        yield World(address, url, browser)


@pytest.fixture
def world(started: World) -> Iterator[World]:
    """The server with one quiet list; nothing may be said on any browser's console."""
    with redis.Redis.from_url(started.redis_url, protocol=2) as client:
        client.flushall()
    started.said.clear()
    started.write(0, [a_record("tea", history=(1.0, 1.0, 2.0)), a_record("milk", peak_strength=3.0)])
    yield started
    for context in started.browser.contexts:
        context.close()
    assert started.said == []


def _topics(page: Page) -> list[str]:
    return page.locator("ol.trends .what a").all_inner_texts()


def test_a_burst_appears_rises_and_fades_while_somebody_looks(world: World) -> None:
    """Without reloading: new at the top with its mark, said to screen readers, then gone."""
    page = world.open()
    expect(page.locator("ol.trends li")).to_have_count(2)
    burst = a_record("eclipse", peak_strength=30.0, alert=True, alert_ms=NOON_MS, history=(0.0, 1.0, 25.0))
    world.write(1, [burst, a_record("tea"), a_record("milk", peak_strength=3.0)])
    expect(page.locator("ol.trends li").first).to_contain_text("eclipse")
    expect(page.locator("ol.trends li").first.locator(".mark")).to_have_text("burst")
    expect(page.get_by_role("status").filter(has_text="New: eclipse")).to_have_count(1)
    expect(page.locator(".live")).to_contain_text("live")
    world.write(2, [a_record("tea"), a_record("milk", peak_strength=3.0)])
    expect(page.locator("ol.trends li")).to_have_count(2)
    assert _topics(page) == ["tea", "milk"]


def test_a_topic_has_a_page_of_its_own(world: World) -> None:
    """By keyboard: from the list to why it trends and its counts, and back."""
    page = world.open()
    page.locator("ol.trends .what a").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("tea")
    expect(page.get_by_role("img").first).to_be_visible()
    expect(page.locator(".uplot canvas").first).to_be_visible()
    expect(page.locator("ul.plain li").first).to_be_visible()
    page.get_by_role("link", name="the list").click()
    expect(page.locator("ol.trends li")).to_have_count(2)


def test_a_topic_shows_posts(world: World) -> None:
    """Of several people, newest pool first, without what a moderator deleted; a name that is code is text."""
    hour_ms = 3_600_000
    odd = "<img src=x onerror=alert(1)>"
    items = tuple(
        PoolItem(
            f"post-{n}", odd if n == 1 else f"user-{n}", ("tea",), NOON_MS - n * hour_ms, 3 * n, -float(n)
        )
        for n in range(1, 5)
    )
    pool = PoolRecord(as_of_ms=NOON_MS, half_life_ms=hour_ms, met=30, items=items)
    bars = BarsRecord(as_of_ms=NOON_MS, posts=(("post-2", 0),))
    with redis.Redis.from_url(world.redis_url, protocol=2) as client:
        for key, record in ((pool_key("topic", "tea"), pool), (bars_key(0), bars)):
            client.hset(key, mapping={"_v": fence(NOON_MS), "d": encode_feed(record)})
    page = world.open("/#/topic?topic=tea&scope=global&kind=tag", size=PHONE)
    posts = page.locator("ul.posts li")
    expect(posts).to_have_count(3, timeout=20_000)  # the server keeps for five seconds that there were none
    expect(posts.first).to_contain_text("post-1")
    expect(posts.first).to_contain_text(f"by {odd}")
    expect(posts.last).to_contain_text("met by 12 people")
    assert page.evaluate(_TOO_PALE) == []
    expect(
        world.open("/#/topic?topic=milk&scope=global&kind=tag").get_by_role("heading", name="Posts")
    ).to_have_count(0)


def test_another_scope_is_chosen_and_stands_in_the_address(world: World) -> None:
    """A scope's own list; the address can be sent to others."""
    world.write(1, [a_record("chai", scope="region:IN"), a_record("tea")])
    page = world.open()
    page.get_by_label("Where").select_option("region:IN")
    expect(page.get_by_role("heading", level=1)).to_contain_text("India")
    expect(page.locator("ol.trends .what a").first).to_have_text("chai")
    assert "scope=region%3AIN" in page.url
    expect(world.open(page.url.removeprefix(world.address)).locator("ol.trends .what a").first).to_have_text(
        "chai"
    )


@pytest.mark.parametrize("path", ["/", "/#/topic?topic=tea&scope=global&kind=tag", "/#/health"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_and_fits_a_phone(world: World, path: str, scheme: str) -> None:
    """Contrast of at least 4.5 in light and dark; nothing is wider than the window."""
    page = world.open(path, scheme, PHONE)
    expect(page.locator("ol.trends li, dl.facts").first).to_be_visible()
    page.wait_for_timeout(300)  # until pictures are drawn
    assert page.evaluate(_TOO_PALE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_page_is_light_and_loads_nothing_from_elsewhere(world: World) -> None:
    """Everything together stays below 300 kB, the picture of a topic included."""
    page = world.open("/#/topic?topic=tea&scope=global&kind=tag")
    expect(page.locator(".uplot canvas").first).to_be_visible()
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').map((entry) => [entry.name, entry.transferSize])"
    )
    assert len(loaded) > 3
    assert [name for name, _ in loaded if not name.startswith((world.address, "data:"))] == []
    assert sum(size for _, size in loaded) < MOST_BYTES


def test_a_person_has_a_page(world: World) -> None:
    """Asked for by id: topics with shares, the strongest first; another id may be given there."""
    with redis.Redis.from_url(world.redis_url, protocol=2) as client:
        for key, (at_ms, raw) in served_interests().items():
            client.hset(key, mapping={"_v": fence(at_ms), "d": raw})
    page = world.open("/#/user")
    page.get_by_label("Id of a person").fill("ann")
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader").first).to_have_text(re.compile("tea"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("ann")
    assert page.evaluate(_TOO_PALE) == []


def test_interests_over_time_are_drawn(world: World) -> None:
    """Also said in words; nothing of the page that waited is left; fits a phone, in the dark."""
    with redis.Redis.from_url(world.redis_url, protocol=2) as client:
        for key, (at_ms, raw) in served_interests().items():
            client.hset(key, mapping={"_v": fence(at_ms), "d": raw})
        past = PastRecord(
            as_of_ms=NOON_MS - 3_600_000, liked=1.0, labels=2.0, topics=("tea",), slow=(0.25,), fast=(0.5,)
        )
        client.hset(interest_key("ann"), past_field(past.as_of_ms // 3_600_000), encode(past))
    page = world.open("/#/user?user=ann", "dark", PHONE)
    expect(page.locator(".uplot canvas").first).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("tea"))).to_be_visible()
    page.get_by_label("Memory").select_option("fast")
    expect(page.locator(".uplot canvas").first).to_be_visible()
    expect(page.get_by_text("Loading")).to_have_count(0)
    assert page.evaluate(_TOO_PALE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pipeline_is_shown_when_somebody_collects_it(world: World, scheme: str) -> None:
    """Otherwise the page says what to start; problems are alerts."""
    page = world.open("/#/health", scheme, PHONE)
    expect(page.get_by_text("groundswell health --every 5")).to_be_visible()
    found = HealthRecord(
        at_ms=NOON_MS,
        lags=(GroupLag(job="trending", topic="engagement", records=1_250),),
        dead_letters=(DeadLetters(topic="engagement", reason="late", job="trending", records=3),),
        jobs=(JobHealth(name="trending", state="RUNNING", checkpoint_ms=NOON_MS - 7_000),),
        quality=Quality(
            as_of_ms=NOON_MS, labels=9_000, log_loss=0.5, calibration=1.02, alarms=2,
            points=tuple(
                QualityPoint(at_ms=at_ms, log_loss=0.5, calibration=1.1)
                for at_ms in (NOON_MS - 60_000, NOON_MS)
            ),
        ),
        problems=("Kafka: does not answer",),
    )  # fmt: skip
    with redis.Redis.from_url(world.redis_url, protocol=2) as client:
        client.set(HEALTH_KEY, encode_health(found))
    page = world.open("/#/health", scheme, PHONE)
    expect(page.get_by_role("row", name=re.compile("trending running 7 s ago 1,250"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("engagement late trending 3"))).to_be_visible()
    expect(page.get_by_role("alert")).to_have_text("Kafka: does not answer")
    expect(page.locator(".uplot canvas").first).to_be_visible()
    assert page.evaluate(_TOO_PALE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_an_unknown_topic_is_explained(world: World) -> None:
    """What the server says of it is shown; no blank page."""
    page = world.open("/#/topic?topic=nobody+knows&scope=global&kind=tag")
    expect(page.get_by_role("alert")).to_contain_text("nobody knows")
    world.said.clear()  # browsers note each 404 by themselves
