// The list of a scope, live.
import { html, useEffect, useRef, useState } from "./vendor/htm-preact-3.1.1.js";
import { follow, query } from "./api.js";
import { Spark } from "./spark.js";
import { clock, move, scopeName, why } from "./words.js";

const KINDS = { tag: "Tags", phrase: "Phrases", link: "Links", post: "Posts", creator: "Creators", query: "Searches" };
const SCOPES = ["global", "lang:en", "lang:de", "lang:es", "lang:pt", "lang:ja", "region:US", "region:GB", "region:DE", "region:IN", "region:BR", "region:JP"];

export const topicPath = (trend) =>
  "#/topic?" + query({ topic: trend.topic, scope: trend.from ?? trend.scope, kind: trend.kind });

export function Trends({ where, onState }) {
  const { scope, kind } = where;
  const [page, setPage] = useState(null);
  const [problem, setProblem] = useState(null);
  const [said, setSaid] = useState("");
  const seen = useRef(null);
  useEffect(() => {
    setPage(null);
    setProblem(null);
    setSaid("");
    seen.current = null;
    return follow(
      { scope, kind, limit: 20 },
      (found) => {
        const names = new Set(found.trends.map((trend) => trend.topic));
        const fresh = seen.current ? found.trends.filter((trend) => !seen.current.has(trend.topic)) : [];
        if (fresh.length) setSaid(`New: ${fresh.map((trend) => trend.topic).join(", ")}`);
        found.fresh = new Set(fresh.map((trend) => trend.topic));
        seen.current = names;
        setPage(found);
        setProblem(null);
        onState({ as_of_ms: found.as_of_ms, stale: found.stale });
      },
      (state) => (state.error ? setProblem(state.error) : onState(state)),
    );
  }, [scope, kind]);
  return html`<h1>What trends ${scopeName(scope)}</h1>
    <p class="lead">${page?.as_of_ms ? `As of ${clock(page.as_of_ms)} UTC, event time.` : "\u00a0"}</p>
    <${Pick} where=${where} />
    <p class="said" role="status" aria-live="polite">${said}</p>
    ${problem && html`<p class="problem" role="alert">${problem.message}</p>`}
    <${List} page=${page} />`;
}

function List({ page }) {
  if (!page) return html`<p class="wait" role="status">Loading the list.</p>`;
  if (!page.trends.length)
    return html`<p class="empty card">Nothing trends here at the moment. A topic enters when more people than usual take part in it.</p>`;
  return html`<ol class="trends card">
    ${page.trends.map((trend) => html`<${Row} key=${trend.topic} trend=${trend} fresh=${page.fresh?.has(trend.topic)} />`)}
  </ol>`;
}

function Row({ trend, fresh }) {
  const [direction, sign, words] = move(trend);
  return html`<li class=${fresh ? "fresh" : ""}>
    <span class="place">${trend.position ?? "·"}</span>
    <span class=${`move ${direction}`}><span aria-hidden="true">${sign}</span><span class="said">${words}</span></span>
    <span class="what">
      <a href=${topicPath(trend)}><bdi>${trend.topic}</bdi></a>
      ${trend.alert && html`<span class="mark burst">burst</span>`}
      ${trend.from && html`<span class="mark from">${scopeName(trend.from)}</span>`}
      <span class="why">${why(trend)}</span>
      ${trend.aliases.length > 0 && html`<span class="why">also ${trend.aliases.slice(0, 3).map((name, i) => html`${i ? ", " : ""}<bdi>${name}</bdi>`)}</span>`}
    </span>
    <${Spark} trend=${trend} />
  </li>`;
}

function Pick({ where }) {
  const go = (changed) => { location.hash = "#/?" + query({ ...where, ...changed }); };
  const names = SCOPES.includes(where.scope) ? SCOPES : [where.scope, ...SCOPES];
  return html`<form class="pick" onSubmit=${(event) => event.preventDefault()}>
    <label>Where
      <select value=${where.scope} onChange=${(event) => go({ scope: event.target.value })}>
        ${names.map((scope) => html`<option value=${scope} selected=${scope === where.scope}>${scopeName(scope)}</option>`)}
      </select>
    </label>
    <label>What
      <select value=${where.kind} onChange=${(event) => go({ kind: event.target.value })}>
        ${Object.entries(KINDS).map(([kind, name]) => html`<option value=${kind} selected=${kind === where.kind}>${name}</option>`)}
      </select>
    </label>
  </form>`;
}

