// How the pipeline behind the server is: lag, dead letters, checkpoints, and how good the predictions are.
import { html, useEffect, useState } from "./vendor/htm-preact-3.1.1.js";
import { get } from "./api.js";
import { Lines } from "./lines.js";
import { moment, number } from "./words.js";

const EVERY_MS = 5000;
const ratio = (value) => (value == null ? "–" : value.toFixed(2));
const loss = (value) => (value == null ? "–" : value.toFixed(3));
const seconds = (ms) => `${Math.max(0, Math.round(ms / 1000))} s`;

export function Pipeline() {
  const [found, setFound] = useState(null);
  useEffect(() => {
    const aborter = new AbortController();
    const load = () => get("v1/pipeline", aborter.signal).then(setFound, () => {});
    load();
    const timer = setInterval(load, EVERY_MS);
    return () => { aborter.abort(); clearInterval(timer); };
  }, []);
  if (!found) return null;
  if (!found.collected) {
    return html`<h2>Pipeline</h2>
      <p class="lead">Nobody collects it. Keep <code>groundswell health --every 5</code> running: it asks Kafka and Flink, this server does not.</p>`;
  }
  return html`<${Found} health=${found.health} />`;
}

function Found({ health }) {
  const { jobs, lags, dead_letters: letters, quality, problems } = health;
  return html`<h2>Jobs</h2>
    ${problems.map((line) => html`<p class="problem" role="alert">${line}</p>`)}
    <div class="card scroll"><table class="bars all">
      <thead><tr><th scope="col">Job</th><th scope="col">State</th><th scope="col">Checkpoint</th><th scope="col">Lag</th></tr></thead>
      <tbody>${jobs.map((job) => html`<tr key=${job.name}>
        <th scope="row">${job.name}</th><td>${job.state.toLowerCase()}</td>
        <td>${job.checkpoint_ms ? `${seconds(health.at_ms - job.checkpoint_ms)} ago` : "none yet"}${job.failed_checkpoints ? `, ${job.failed_checkpoints} failed` : ""}</td>
        <td>${lag(lags, job.name)}</td>
      </tr>`)}</tbody>
    </table></div>
    <p class="lead">Lag is what came since the newest checkpoint, in records.${health.interests_ms ? ` Interests' newest weights: ${moment(health.interests_ms)}.` : ""}</p>
    <h2>Dead letters</h2>
    ${letters.length === 0 ? html`<p class="lead">None.</p>` : html`<div class="card scroll"><table class="bars all">
      <thead><tr><th scope="col">Topic</th><th scope="col">Reason</th><th scope="col">Refused by</th><th scope="col">Records</th></tr></thead>
      <tbody>${letters.map((one) => html`<tr><th scope="row">${one.topic}</th><td>${one.reason}</td><td>${one.job || "–"}</td><td>${number(one.records)}</td></tr>`)}</tbody>
    </table></div>`}
    <${Quality} quality=${quality} />`;
}

function lag(lags, job) {
  const own = lags.filter((one) => one.job === job);
  return own.length ? number(own.reduce((sum, one) => sum + one.records, 0)) : "–";
}

function Quality({ quality }) {
  if (quality.log_loss == null) return html`<h2>Interest model</h2><p class="lead">No block of labels is full yet.</p>`;
  const words = `Log-loss of ${quality.points.length} blocks of labels, newest ${loss(quality.log_loss)}`;
  return html`<h2>Interest model</h2>
    <dl class="facts">
      <div class="card"><dt>Log-loss, newest</dt><dd>${loss(quality.log_loss)}</dd></div>
      <div class="card"><dt>Predicted / liked</dt><dd>${ratio(quality.calibration)}</dd></div>
      <div class="card"><dt>Labels</dt><dd>${number(quality.labels)}</dd></div>
      <div class="card"><dt>Alarms</dt><dd>${number(quality.alarms)}</dd></div>
    </dl>
    ${quality.points.length > 1 && html`<div class="card plot"><${Lines} at_ms=${quality.points.map((one) => one.at_ms)}
      lines=${[{ name: "log-loss", values: quality.points.map((one) => one.log_loss) }]} words=${words} value=${loss} /></div>`}
    <p class="lead">Each label is judged by the prediction made before it was known. Predicted / liked of 1 is right on the whole.</p>`;
}
