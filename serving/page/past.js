// What a person liked over time: the strongest topics of the last hours in which something was learned.
import { html, useEffect, useState } from "./vendor/htm-preact-3.1.1.js";
import { get } from "./api.js";
import { Lines } from "./lines.js";
import { moment } from "./words.js";

const EVERY_MS = 10000, MOST_LINES = 5;
const percent = (share) => (share == null ? "little" : `${Math.round(share * 100)} %`);

function leading(points, memory) {
  const mass = new Map();
  for (const point of points) for (const one of point.topics) mass.set(one.topic, (mass.get(one.topic) ?? 0) + one[memory]);
  return [...mass].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, MOST_LINES).map(([topic]) => topic);
}

export function Past({ user }) {
  const [found, setFound] = useState(null);
  const [memory, setMemory] = useState("slow");
  useEffect(() => {
    setFound(null);
    const aborter = new AbortController();
    const load = () => get(`v1/users/${encodeURIComponent(user)}/interests/history`, aborter.signal).then(setFound, () => {});
    load();
    const timer = setInterval(load, EVERY_MS);
    return () => { aborter.abort(); clearInterval(timer); };
  }, [user]);
  if (!found) return null;
  const { points } = found;
  if (points.length < 2) return html`<h2>Over time</h2><p class="lead">A line needs two hours with something to learn from; there is one so far.</p>`;
  const lines = leading(points, memory).map((name) => ({
    name,
    values: points.map((point) => point.topics.find((one) => one.topic === name)?.[memory] ?? null),
  }));
  const last = points.length - 1;
  const words = `Shares of the liking from ${moment(points[0].as_of_ms)} to ${moment(points[last].as_of_ms)}: `
    + lines.map((line) => `${line.name} ${percent(line.values[last])} at the end`).join(", ");
  return html`<h2>Over time</h2>
    <form class="pick"><label>Memory <select value=${memory} onChange=${(event) => setMemory(event.target.value)}>
      <option value="slow">of weeks</option><option value="fast">of hours</option>
    </select></label></form>
    <div class="card plot"><${Lines} at_ms=${points.map((point) => point.as_of_ms)} lines=${lines} words=${words} value=${percent} /></div>`;
}
