// The page: what the address names is shown, and the address is all the state there is.
import { html, render, useEffect, useState } from "./vendor/htm-preact-3.1.1.js";
import { key, setKey } from "./api.js";
import { Health } from "./health.js";
import { Topic } from "./topic.js";
import { Trends } from "./trends.js";
import { User } from "./user.js";
import { clock } from "./words.js";

function route() {
  const [path, asked] = location.hash.replace(/^#/, "").split("?");
  const given = new URLSearchParams(asked);
  const where = { scope: given.get("scope") || "global", kind: given.get("kind") || "tag", topic: given.get("topic") || "", user: given.get("user") || "" };
  return { path: path || "/", where };
}

const TITLES = { "/": "what trends now", "/topic": "why it trends", "/user": "what somebody likes", "/health": "is it current?" };

function App() {
  const [at, setAt] = useState(route());
  const [state, setState] = useState({});
  useEffect(() => {
    const turn = () => {
      setAt(route());
      setState({});
      window.scrollTo(0, 0);
      document.getElementById("content")?.focus();
    };
    addEventListener("hashchange", turn);
    return () => removeEventListener("hashchange", turn);
  }, []);
  useEffect(() => { document.title = `Groundswell: ${at.where.topic || TITLES[at.path] || ""}`; }, [at]);
  const heard = (more) => setState((known) => ({ ...known, ...more }));
  const Shown = { "/topic": Topic, "/user": User, "/health": Health }[at.path] ?? Trends;
  const here = (path) => (path === at.path ? { "aria-current": "page" } : {});
  return html`<header>
      <a class="name" href="#/">groundswell</a>
      <nav aria-label="Pages"><a href="#/" ...${here("/")}>Trends</a><a href="#/user" ...${here("/user")}>People</a><a href="#/health" ...${here("/health")}>Health</a></nav>
      <${Live} state=${state} />
    </header>
    <main id="content" tabindex="-1"><${Shown} where=${at.where} onState=${heard} /></main>
    <footer><${Key} />Times are UTC. The same answers for programs: <a href="openapi.json">the API</a>.</footer>`;
}

function Live({ state }) {
  const [kind, words] = state.stale
    ? ["stale", "the store is away: shown as last read"]
    : state.live === false ? ["stale", "connecting again"] : state.live ? ["on", "live"] : ["", "connecting"];
  return html`<span class=${`live ${kind}`} role="status">${words}${state.as_of_ms ? ` · ${clock(state.as_of_ms)} UTC` : ""}</span>`;
}

// Where the server wants a key, whoever looks has to give one; it stays in this tab.
function Key() {
  const take = (event) => {
    event.preventDefault();
    setKey(new FormData(event.target).get("key").trim());
    location.reload();
  };
  return html`<details><summary>${key() ? "A key is used" : "Does the server ask for a key?"}</summary>
    <form class="pick" onSubmit=${take}>
      <label>API key <input name="key" type="password" autocomplete="off" /></label>
      <button>${key() ? "Change" : "Use"}</button>
    </form></details>`;
}

const place = document.getElementById("app");
place.replaceChildren(); // what stood there while the scripts were loading
render(html`<${App} />`, place);
