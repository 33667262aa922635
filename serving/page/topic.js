// One topic: why it trends, its counts, and what belongs to it.
import { html, useEffect, useRef, useState } from "./vendor/htm-preact-3.1.1.js";
import { get, query } from "./api.js";
import { Plot } from "./plot.js";
import { clock, moment, number, people, scopeName, span } from "./words.js";

const EVERY_MS = 5000;

export function Topic({ where, onState }) {
  const [found, setFound] = useState(null);
  const [related, setRelated] = useState(null);
  const [problem, setProblem] = useState(null);
  const asked = query({ topic: where.topic, scope: where.scope, kind: where.kind });
  useEffect(() => {
    const aborter = new AbortController();
    const load = async () => {
      try {
        const why = await get("v1/explain?" + asked, aborter.signal);
        setFound(why);
        onState({ live: true, as_of_ms: why.as_of_ms, stale: why.stale });
        setRelated(await get("v1/related?" + asked, aborter.signal));
        setProblem(null);
      } catch (error) {
        if (error.name !== "AbortError") setProblem(error);
      }
    };
    setFound(null);
    setRelated(null);
    load();
    const timer = setInterval(load, EVERY_MS);
    return () => { aborter.abort(); clearInterval(timer); };
  }, [asked]);
  return html`<p><a href=${"#/?" + query({ scope: where.scope, kind: where.kind })}>← the list</a></p>
    <h1><bdi>${where.topic}</bdi></h1>
    ${problem && html`<p class="problem" role="alert">${problem.message}</p>`}
    ${found ? html`<${Found} found=${found} related=${related} />` : !problem && html`<p class="wait" role="status">Loading.</p>`}`;
}

function Found({ found, related }) {
  const trend = found.trend;
  const sentences = found.sentences.slice(0, -1); // the last is the history as blocks; here it is a picture
  return html`<p class="lead">${scopeName(trend.scope)}${trend.alert ? ` · burst since ${clock(trend.alert_ms)} UTC` : ""}</p>
    <dl class="facts">
      <${Fact} name="Place" value=${trend.position ?? "not in the list"} />
      <${Fact} name="Counted in the last pane" value=${number(trend.observed)} />
      <${Fact} name="Expected" value=${number(trend.expected)} />
      <${Fact} name="People, last hour" value=${number(trend.recent_users)} />
      <${Fact} name="In the list for" value=${span(trend.age_ms)} />
      <${Fact} name="Leaves in, if quiet" value=${span(trend.left_ms)} />
    </dl>
    <h2>Counts of the last panes</h2>
    <div class="card plot"><${Plot} trend=${trend} /></div>
    <h2>Why</h2>
    <ul class="plain">${sentences.map((line) => html`<li>${line}</li>`)}</ul>
    ${found.samples.length > 0 && html`<h2>Posts</h2>
      <ul class="plain posts">${found.samples.map((one) => html`<${Post} key=${one.id} one=${one} />`)}</ul>`}
    ${related && (related.aliases.length > 0 || related.related.length > 0) && html`<h2>Belongs together</h2>
      <ul class="plain">
        ${related.aliases.map((name) => html`<li><bdi>${name}</bdi> is another name of it</li>`)}
        ${related.related.map((one) => html`<li><a href=${"#/topic?" + query({ topic: one.topic, scope: related.scope, kind: related.kind })}><bdi>${one.topic}</bdi></a>${one.position ? `, place ${one.position}` : ""}: the same people at the same time</li>`)}
      </ul>`}
    <p class="lead">First seen ${moment(trend.first_seen_ms)}. Strongest ${moment(trend.peak_ms)}.</p>`;
}

// A post in a line: what it says where that is known, else its id.
function Post({ one }) {
  const words = html`<bdi>${one.text || one.id}</bdi>`;
  const web = /^https?:/.test(one.url ?? "");
  return html`<li>${web ? html`<a href=${one.url} rel="noreferrer">${words}</a>` : words}
    <span class="why">${one.author && html`by <bdi>${one.author}</bdi> · `}${clock(one.first_ms)} · met by ${people(one.met)}</span></li>`;
}

function Fact({ name, value }) {
  return html`<div class="card"><dt>${name}</dt><dd>${value}</dd></div>`;
}
