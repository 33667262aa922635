// Numbers and times as words. All times are UTC: event time has no place of its own.

const SCOPE = { global: "everywhere" };
const languages = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });
const regions = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });

export function scopeName(scope) {
  if (SCOPE[scope]) return SCOPE[scope];
  return scope.split(",").map((part) => {
    const at = part.indexOf(":");
    const kind = part.slice(0, at), name = part.slice(at + 1);
    try {
      if (kind === "lang") return `in ${languages.of(name)}`;
      if (kind === "region") return `from ${regions.of(name)}`;
    } catch { /* no such code: as it is */ }
    return kind === "community" ? `in the community ${name}` : kind === "tag" ? `with #${name}` : part;
  }).join(", ");
}

export function clock(ms) {
  return ms ? new Date(ms).toISOString().slice(11, 16) : "–";
}

export function moment(ms) {
  return ms ? new Date(ms).toISOString().slice(0, 16).replace("T", " ") + " UTC" : "–";
}

export function span(ms) {
  const minutes = Math.max(0, Math.round(ms / 60000));
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.round(minutes / 1440)} days`;
}

export function number(value) {
  if (value == null) return "–";
  const digits = Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0;
  return value.toLocaleString("en", { maximumFractionDigits: digits });
}

export function people(count) {
  return count === 1 ? "1 person" : `${number(count)} people`;
}

export function move(trend) {
  const by = Math.abs(trend.moved_by);
  if (trend.move === "new") return ["new", "new", "new in the list"];
  if (trend.move === "up") return ["up", by ? `▲ ${by}` : "▲", by ? `up ${by}` : "up"];
  if (trend.move === "down") return ["down", by ? `▼ ${by}` : "▼", by ? `down ${by}` : "down"];
  return ["", "", trend.move === "same" ? "same place" : ""];
}

export function why(trend) {
  const lift = trend.lift ? `${number(trend.lift)} times the expected` : "";
  const since = trend.first_seen_ms ? `since ${clock(trend.first_seen_ms)}` : "";
  return [people(Math.max(trend.recent_users, trend.users)), lift, since].filter(Boolean).join(" · ");
}
