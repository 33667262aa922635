// Answers of the API. Errors are what the server says of them (RFC 9457), never a bare number.

export class Problem extends Error {
  constructor(title, detail, status) {
    super(detail || title);
    this.title = title;
    this.status = status;
  }
}

const KEY = "groundswell.key"; // of this tab only, where the server asks for one

export const key = () => sessionStorage.getItem(KEY) ?? "";

export function setKey(value) {
  if (value) sessionStorage.setItem(KEY, value);
  else sessionStorage.removeItem(KEY);
  held.clear();
}

const held = new Map(); // path -> {etag, value}: what has not changed is not sent again
const MOST_HELD = 50;

export async function get(path, signal) {
  const known = held.get(path);
  let response;
  try {
    const headers = known ? { "If-None-Match": known.etag } : {};
    if (key()) headers.Authorization = `Bearer ${key()}`;
    response = await fetch(path, { signal, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("No answer", "The server does not answer. This page tries again by itself.", 0);
  }
  if (response.status === 304 && known) return known.value;
  if (!response.ok) {
    const said = await response.json().catch(() => ({}));
    throw new Problem(said.title || response.statusText, said.detail || "", response.status);
  }
  const value = await response.json();
  const etag = response.headers.get("etag");
  if (etag) {
    if (held.size >= MOST_HELD) held.delete(held.keys().next().value);
    held.set(path, { etag, value });
  }
  return value;
}

export function query(values) {
  const given = Object.entries(values).filter(([, value]) => value !== "" && value != null);
  return new URLSearchParams(given).toString();
}

// Follow a list: whole pages to `onPage`, whether we hear anything to `onState`. Returns how to stop.
// A change says which places moved; the counts beside them come with the next page, which is cheap (304).
export function follow(where, onPage, onState) {
  const path = "v1/trends?" + query(where);
  const aborter = new AbortController();
  let waiting = null;
  const load = async () => {
    waiting = null;
    try {
      onPage(await get(path, aborter.signal));
      if (!source) onState({ live: true });
    } catch (error) {
      if (error.name !== "AbortError") onState({ error });
    }
  };
  const soon = () => { waiting ??= setTimeout(load, 150); };
  const source = key() ? null : new EventSource("v1/trends/stream?" + query(where)); // it cannot send a key
  source?.addEventListener("snapshot", (event) => { onPage(JSON.parse(event.data)); onState({ live: true }); });
  source?.addEventListener("change", () => { soon(); onState({ live: true }); });
  source?.addEventListener("state", (event) => { onState(JSON.parse(event.data)); soon(); });
  if (source) {
    source.onopen = () => onState({ live: true });
    source.onerror = () => onState({ live: false });
  }
  const timer = setInterval(soon, key() ? 2000 : 5000); // counts rise without a change of places
  load();
  return () => { aborter.abort(); source?.close(); clearInterval(timer); clearTimeout(waiting); };
}
