// Whether what is shown is current.
import { html, useEffect, useState } from "./vendor/htm-preact-3.1.1.js";
import { get } from "./api.js";
import { Pipeline } from "./pipeline.js";
import { moment, span } from "./words.js";

export function Health({ onState }) {
  const [found, setFound] = useState(null);
  const [problem, setProblem] = useState(null);
  useEffect(() => {
    const aborter = new AbortController();
    const load = () => get("ready", aborter.signal).then(
      (state) => { setFound(state); setProblem(null); onState({ live: true, as_of_ms: state.as_of_ms, stale: state.stale }); },
      (error) => { if (error.name !== "AbortError") setProblem(error); },
    );
    load();
    const timer = setInterval(load, 2000);
    return () => { aborter.abort(); clearInterval(timer); };
  }, []);
  return html`<h1>Is it current?</h1>
    ${problem && html`<p class="problem" role="alert">${problem.message}</p>`}
    ${found && html`<dl class="facts">
      <div class="card"><dt>Lists</dt><dd>${found.stale ? "as last read" : "current"}</dd></div>
      <div class="card"><dt>Event time is complete up to</dt><dd>${moment(found.as_of_ms)}</dd></div>
      <div class="card"><dt>Behind the clock by</dt><dd>${found.as_of_ms ? span(Date.now() - found.as_of_ms) : "–"}</dd></div>
      <div class="card"><dt>Last word from the store</dt><dd>${found.confirmed_ms ? `${Math.max(0, Math.round((Date.now() - found.confirmed_ms) / 1000))} s ago` : "none"}</dd></div>
    </dl>
    <p class="lead">A pane is shown when it is complete: its length and the bound of disorder are part of what event time is behind.</p>`}
    <${Pipeline} />`;
}
