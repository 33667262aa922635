// The counts of a topic with what is expected of a pane and its usual range, drawn by uPlot when it is needed.
import { html, useEffect, useRef } from "./vendor/htm-preact-3.1.1.js";
import { number } from "./words.js";

let library = null;

export function load() {
  library ??= new Promise((done, failed) => {
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "assets/vendor/uplot-1.6.32.css" });
    const script = Object.assign(document.createElement("script"), { src: "assets/vendor/uplot-1.6.32.js", onload: () => done(window.uPlot), onerror: failed });
    document.head.append(style, script);
  });
  return library;
}

// Counts of people who act on their own scatter about their mean like Poisson's: two standard deviations.
export function series(trend) {
  const end_s = (trend.pane_start_ms + trend.pane_ms) / 1000;
  const n = trend.history.length;
  const at = trend.history.map((_, i) => end_s - ((n - 1 - i) * trend.pane_ms) / 1000);
  const spread = 2 * Math.sqrt(Math.max(trend.expected, 0));
  return [
    at,
    trend.history,
    at.map(() => trend.expected),
    at.map(() => Math.max(trend.expected - spread, 0)),
    at.map(() => trend.expected + spread),
  ];
}

// uPlot's own forms are American.
export function isoForm(template) {
  return template
    .replace("{h}:{mm}{aa}", "{HH}:{mm}").replace("{h}{aa}", "{HH}:00")
    .replace("{M}/{D}/{YY}", "{YYYY}-{MM}-{DD}").replace("{M}/{D}", "{MM}-{DD}");
}

function options(width, trend) {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") } };
  return {
    width,
    height: 260,
    tzDate: (s) => window.uPlot.tzDate(new Date(s * 1e3), "Etc/UTC"),
    fmtDate: (template) => window.uPlot.fmtDate(isoForm(template)),
    cursor: { y: false },
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(high, 1) * 1.1] } },
    axes: [axis, { ...axis, size: 46 }],
    series: [
      { label: "pane ends (UTC)", value: "{YYYY}-{MM}-{DD} {HH}:{mm}" },
      { label: "counted", stroke: colour("--tide"), width: 2, fill: colour("--tide-ground") },
      { label: "expected", stroke: colour("--soft"), width: 1, dash: [6, 4], points: { show: false } },
      { label: "usually from", stroke: "transparent", points: { show: false } },
      { label: "usually to", stroke: "transparent", points: { show: false } },
    ],
    bands: [{ series: [4, 3], fill: colour("--line") + "99" }],
    hooks: { draw: [(plot) => mark(plot, trend, colour("--hot"))] },
  };
}

function mark(plot, trend, colour) {
  if (!trend.alert_ms) return;
  const x = plot.valToPos(trend.alert_ms / 1000, "x", true);
  const { left, top, width, height } = plot.bbox;
  if (x < left || x > left + width) return;
  const ctx = plot.ctx;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colour;
  ctx.lineWidth = 2;
  // A word beside the line, on the side where it fits.
  const fits = x + 5 + ctx.measureText("alert").width <= left + width;
  ctx.textAlign = fits ? "left" : "right";
  ctx.beginPath();
  ctx.moveTo(x, top);
  ctx.lineTo(x, top + height);
  ctx.stroke();
  ctx.fillText("alert", fits ? x + 5 : x - 5, top + 12);
  ctx.restore();
}

// Draws with uPlot into an element and returns its ref; anew when `known` changes or colours do.
// shape(width) -> [options, data].
export function usePlot(shape, height, known) {
  const place = useRef(null), plot = useRef(null);
  useEffect(() => {
    let gone = false;
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const draw = () => {
      if (gone || !place.current) return;
      plot.current?.destroy();
      plot.current = new window.uPlot(...shape(place.current.clientWidth), place.current);
    };
    load().then(draw, () => {});
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: place.current.clientWidth, height }));
    resized.observe(place.current);
    dark.addEventListener("change", draw);
    return () => { gone = true; resized.disconnect(); dark.removeEventListener("change", draw); plot.current?.destroy(); plot.current = null; };
  }, [known]);
  return place;
}

export function Plot({ trend }) {
  const place = usePlot((width) => [options(width, trend), series(trend)], 260, trend);
  const top = Math.max(0, ...trend.history);
  const words = `Counts of the last ${trend.history.length} panes of ${trend.pane_ms / 60000} minutes: the newest ${number(trend.observed)}, the most ${number(top)}; ${number(trend.expected)} are expected.`;
  return html`<div role="img" aria-label=${words} ref=${place} style="min-height:290px"></div>`;
}
