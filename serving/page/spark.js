// A small picture of the last panes: the counts, and what is expected of one.
import { html } from "./vendor/htm-preact-3.1.1.js";

const WIDTH = 120, HEIGHT = 34;

export function Spark({ trend }) {
  const values = trend.history;
  if (values.length < 2) return html`<svg class="spark" aria-hidden="true" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`}></svg>`;
  const top = Math.max(...values, trend.expected, 1e-9);
  const x = (i) => (i / (values.length - 1)) * WIDTH;
  const y = (value) => HEIGHT - 2 - (value / top) * (HEIGHT - 6);
  const line = values.map((value, i) => `${i ? "L" : "M"}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join("");
  const last = values.length - 1;
  return html`<svg class="spark" aria-hidden="true" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
    <path class="under" d=${`${line}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`} />
    <line x1="0" x2=${WIDTH} y1=${y(trend.expected)} y2=${y(trend.expected)} />
    <path d=${line} />
    ${trend.alert && html`<circle cx=${x(last)} cy=${y(values[last])} r="3" />`}
  </svg>`;
}
