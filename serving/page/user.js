// What one person likes, as it changes.
import { html, useEffect, useState } from "./vendor/htm-preact-3.1.1.js";
import { get } from "./api.js";
import { Past } from "./past.js";
import { moment, number } from "./words.js";

const EVERY_MS = 2000;

export function User({ where, onState }) {
  const [found, setFound] = useState(null);
  const [problem, setProblem] = useState(null);
  const { user } = where;
  useEffect(() => {
    setFound(null);
    setProblem(null);
    if (!user) return undefined;
    const aborter = new AbortController();
    const load = () => get(`v1/users/${encodeURIComponent(user)}/interests`, aborter.signal).then(
      (known) => { setFound(known); setProblem(null); onState({ live: true, as_of_ms: known.as_of_ms }); },
      (error) => { if (error.name !== "AbortError") setProblem(error); },
    );
    load();
    const timer = setInterval(load, EVERY_MS);
    return () => { aborter.abort(); clearInterval(timer); };
  }, [user]);
  const look = (event) => {
    event.preventDefault();
    location.hash = "#/user?" + new URLSearchParams({ user: new FormData(event.target).get("user").trim() });
  };
  return html`<h1>${user ? html`What <bdi>${user}</bdi> likes` : "What somebody likes"}</h1>
    <form class="pick" onSubmit=${look}>
      <label>Id of a person <input name="user" required maxlength="512" autocomplete="off" defaultValue=${user} /></label>
      <button>Look</button>
    </form>
    ${problem && html`<p class="problem" role="alert">${problem.message}</p>`}
    ${found && html`<${Found} found=${found} /><${Past} user=${user} />`}`;
}

function Found({ found }) {
  return html`<p class="lead">Liked ${number(found.liked)} of ${number(found.labels)} lately, faded with time. Newest change ${moment(found.as_of_ms)}.</p>
    <div class="card"><table class="bars">
      <thead><tr><th scope="col">Topic</th><th scope="col">Weeks</th><th scope="col">Now</th><th scope="col">Why</th></tr></thead>
      <tbody>${found.topics.map((one) => html`<tr key=${one.topic}>
        <th scope="row"><bdi>${one.topic}</bdi></th>
        <${Share} value=${one.slow} kind="" /><${Share} value=${one.fast} kind="fast" />
        <td>liked ${number(one.liked)} of ${number(one.labels)}${Math.abs(one.lift - 1) > 0.2 ? `, ${number(one.lift)} times the usual` : ""}</td>
      </tr>`)}</tbody>
    </table></div>`;
}

function Share({ value, kind }) {
  const percent = Math.round(Math.min(value, 1) * 100);
  return html`<td><span class=${`bar ${kind}`} style=${`width:${(percent * 0.05).toFixed(2)}rem`}></span>${percent} %</td>`;
}
