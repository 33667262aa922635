"""`groundswell trends` and `groundswell explain` over a store in memory."""

import io
import json
import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest
from rich.console import Console
from support.trend_records import NOON_MS, PANE_MS, a_record, an_as_of
from typer.testing import CliRunner

from groundswell.cli import app, load_verbs
from groundswell.verbs import explain as explain_verb
from groundswell.verbs import trends as trends_verb
from groundswell.view.live import Frames, follow, watch
from serving.errors import StoreUnavailableError
from serving.memory_store import MemoryTrendStore
from serving.trend import Listing

runner = CliRunner()


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryTrendStore:
    """The store that the verbs open."""
    found = MemoryTrendStore()
    for verb in (trends_verb, explain_verb):
        monkeypatch.setattr(verb, "open_store", lambda _data, _url: found)
    return found


@pytest.fixture(autouse=True, scope="module")
def _verbs() -> None:
    if not app.registered_commands:
        load_verbs(app)


def filled(store: MemoryTrendStore) -> MemoryTrendStore:
    """Two topics at noon."""
    store.put(a_record("world cup", peak_strength=20.0))
    store.put(a_record("eclipse"))
    store.put_as_of(an_as_of())
    return store


def frames_of(store: MemoryTrendStore) -> Frames:
    """Frames of the global list."""
    return Frames(lambda: store.listing("global", 9), Listing("global", None, ()), 9)


def test_the_list_as_a_table(store: MemoryTrendStore) -> None:
    """Without options: the strongest of the world."""
    filled(store)
    done = runner.invoke(app, ["trends"])
    assert done.exit_code == 0, done.output
    assert "2025-07-01 12:00 UTC" in done.stdout
    assert done.stdout.index("world cup") < done.stdout.index("eclipse")


def test_the_list_as_json(store: MemoryTrendStore) -> None:
    """One JSON value and nothing else on standard output."""
    filled(store)
    done = runner.invoke(app, ["trends", "--json", "--top", "1"])
    assert [trend["topic"] for trend in json.loads(done.stdout)["trends"]] == ["world cup"]


def test_a_short_list_is_filled_and_says_from_where(store: MemoryTrendStore) -> None:
    """In the table and as JSON; --no-fill shows only the list itself."""
    filled(store)
    table = runner.invoke(app, ["trends", "--scope", "lang:sk"]).stdout
    assert "world cup  (global)" in table
    values = json.loads(runner.invoke(app, ["trends", "--scope", "lang:sk", "--json"]).stdout)
    assert {trend["from"] for trend in values["trends"]} == {"global"}
    own = json.loads(runner.invoke(app, ["trends", "--json"]).stdout)
    assert {trend["from"] for trend in own["trends"]} == {None}
    bare = json.loads(runner.invoke(app, ["trends", "--scope", "lang:sk", "--no-fill", "--json"]).stdout)
    assert bare["trends"] == []


def test_the_list_for_everybody_holds_what_was_allowed(store: MemoryTrendStore) -> None:
    """And nothing else, however short it is."""
    filled(store).put(a_record("seen", review="allowed"))
    values = json.loads(runner.invoke(app, ["trends", "--allowed", "--json"]).stdout)
    assert [trend["topic"] for trend in values["trends"]] == ["seen"]


def test_each_kind_is_shown_on_its_own(store: MemoryTrendStore) -> None:
    """`--kind` chooses the list and the topic; a name is read as its kind is written."""
    filled(store)
    store.put(a_record("https://a.example/", kind="link"))
    done = runner.invoke(app, ["trends", "--kind", "link"])
    assert "groundswell  links, global" in done.stdout
    assert "world cup" not in done.stdout
    shown = json.loads(runner.invoke(app, ["trends", "--kind", "link", "--json"]).stdout)
    assert [(t["kind"], t["topic"]) for t in shown["trends"]] == [("link", "https://a.example/")]
    told = runner.invoke(app, ["explain", "HTTPS://A.example#top", "--kind", "link"])
    assert told.stdout.startswith("https://a.example/ is number 1 in global")
    assert runner.invoke(app, ["explain", "https://a.example/"]).exit_code == 1
    assert "trend.kinds name post" in runner.invoke(app, ["trends", "--kind", "post"]).stderr
    assert runner.invoke(app, ["trends", "--kind", "page"]).exit_code == 2


def test_an_empty_list_names_the_scopes_that_have_one(store: MemoryTrendStore) -> None:
    """Nothing to show is no failure, and the reader learns where there is something."""
    filled(store)
    done = runner.invoke(app, ["trends", "--scope", "lang:xx", "--no-fill", "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["trends"] == []
    assert "scopes with a list: global" in done.stderr


@pytest.mark.parametrize("arguments", [["trends", "--scope", "a b"], ["trends", "--top", "0"]])
def test_wrong_use_is_exit_code_2(store: MemoryTrendStore, arguments: list[str]) -> None:
    """A scope that cannot exist and a list of nothing are mistakes of the caller."""
    filled(store)
    assert runner.invoke(app, arguments).exit_code == 2


def test_a_store_that_is_away_is_exit_code_1(
    store: MemoryTrendStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence on standard error, no traceback."""

    def away(*_what: object, **_how: object) -> Listing:
        raise StoreUnavailableError("Redis at h:1 does not answer")

    monkeypatch.setattr(store, "listing", away)
    done = runner.invoke(app, ["trends", "--watch"])
    assert done.exit_code == 1
    assert done.stderr == "groundswell: Redis at h:1 does not answer\n"


def test_explain_takes_any_spelling(store: MemoryTrendStore) -> None:
    """The topic is normalised as the job does it."""
    filled(store)
    done = runner.invoke(app, ["explain", "#World_CUP"])
    assert done.exit_code == 0
    assert done.stdout.startswith("world cup is number 1 in global")
    told = json.loads(runner.invoke(app, ["explain", "World_Cup", "--json"]).stdout)
    assert (told["topic"], told["scope"], told["as_of_ms"]) == ("world cup", "global", NOON_MS)


def test_explaining_an_unknown_topic_is_exit_code_1(store: MemoryTrendStore) -> None:
    """Nothing on standard output, advice on standard error."""
    filled(store)
    done = runner.invoke(app, ["explain", "eclipes"])
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "Did you mean 'eclipse'?" in done.stderr


def test_explaining_a_topic_of_another_list_says_where_to_look(store: MemoryTrendStore) -> None:
    """What a reader sees in a filled list is not called unknown; close names are sought there, too."""
    filled(store)
    done = runner.invoke(app, ["explain", "eclipse", "--scope", "lang:sk"])
    assert done.exit_code == 1
    assert "filled from global. There it is explained: --scope global" in done.stderr
    close = runner.invoke(app, ["explain", "eclipes", "--scope", "lang:sk"])
    assert "Did you mean 'eclipse'?" in close.stderr


def test_a_store_that_goes_away_leaves_the_last_picture(
    store: MemoryTrendStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While Redis restarts, a watch goes on and says so."""
    frames = frames_of(filled(store))
    console = Console(width=80, file=io.StringIO())
    console.print(frames.next(console, 0.0))

    def away(*_what: object, **_how: object) -> Listing:
        raise StoreUnavailableError("Redis is away")

    monkeypatch.setattr(store, "listing", away)
    with console.capture() as captured:
        console.print(frames.next(console, 1.0))
    assert "shown as last read: Redis is away" in captured.get()
    assert "world cup" in captured.get()


@pytest.fixture
def interrupt_soon(request: pytest.FixtureRequest) -> Iterator[None]:
    """Send this process a signal after half a second."""

    def send() -> None:
        time.sleep(0.5)
        os.kill(os.getpid(), request.param)

    thread = threading.Thread(target=send)
    thread.start()
    yield
    thread.join()


@pytest.mark.usefixtures("interrupt_soon")
@pytest.mark.parametrize("interrupt_soon", [signal.SIGINT, signal.SIGTERM], indirect=True)
def test_a_watch_ends_with_the_terminal_as_it_was(
    store: MemoryTrendStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C and SIGTERM both leave the other screen, show the cursor, and leave the last picture."""
    monkeypatch.setenv("TERM", "xterm-256color")  # a dumb terminal has no other screen
    before = signal.getsignal(signal.SIGTERM)
    out = io.StringIO()
    watch(frames_of(filled(store)), Console(file=out, force_terminal=True, width=80, height=20))
    enter, leave, show_cursor = "\x1b[?1049h", "\x1b[?1049l", "\x1b[?25h"
    assert enter in out.getvalue()
    _, _, after = out.getvalue().rpartition(leave)
    assert show_cursor in out.getvalue()
    assert "world cup" in after
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.usefixtures("interrupt_soon")
@pytest.mark.parametrize("interrupt_soon", [signal.SIGINT], indirect=True)
def test_following_hands_on_each_moment_once(store: MemoryTrendStore) -> None:
    """A pipe gets one list for each event time, not four a second."""
    seen: list[Listing] = []

    def emit(shown: Listing, _picture: object) -> None:
        seen.append(shown)
        if len(seen) == 1:
            store.put_as_of(an_as_of(NOON_MS + PANE_MS))

    follow(frames_of(filled(store)), Console(file=io.StringIO()), emit)
    assert [shown.as_of.as_of_ms for shown in seen if shown.as_of] == [NOON_MS, NOON_MS + PANE_MS]
