// Several lines over time, drawn by uPlot. Colours differ in lightness too, and each line has its own dash.
import { html } from "./vendor/htm-preact-3.1.1.js";
import { isoForm, usePlot } from "./plot.js";

const COLOURS = ["--tide", "--hot", "--focus", "--soft", "--up", "--down"];
const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3], [4, 4], [12, 4]];
const HEIGHT = 240;

function options(width, lines, value, top) {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") } };
  return {
    width,
    height: HEIGHT,
    tzDate: (s) => window.uPlot.tzDate(new Date(s * 1e3), "Etc/UTC"),
    fmtDate: (template) => window.uPlot.fmtDate(isoForm(template)),
    cursor: { y: false },
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(high, top) * 1.05] } },
    axes: [axis, { ...axis, size: 52, values: (_plot, ticks) => ticks.map(value) }],
    series: [
      { label: "event time (UTC)", value: "{YYYY}-{MM}-{DD} {HH}:{mm}" },
      ...lines.map((line, i) => ({
        label: line.name,
        stroke: colour(COLOURS[i % COLOURS.length]),
        dash: DASHES[i % DASHES.length],
        width: 2,
        spanGaps: true,
        points: { show: line.values.length < 40, size: 5 },
        value: (_plot, raw) => (raw == null ? "–" : value(raw)),
      })),
    ],
  };
}

// lines: [{ name, values }], all as long as at_ms; value: number -> words; top: the least end of the scale.
export function Lines({ at_ms, lines, words, value, top = 0 }) {
  const data = () => [at_ms.map((ms) => ms / 1000), ...lines.map((line) => line.values)];
  // Drawn anew only when something changed.
  const place = usePlot((width) => [options(width, lines, value, top), data()], HEIGHT, JSON.stringify([at_ms, lines]));
  return html`<div role="img" aria-label=${words} ref=${place} style=${`min-height:${HEIGHT + 40}px`}></div>`;
}
