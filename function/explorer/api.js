// The store's answers. Nothing but reading is asked of it.

import { parse } from "./json.js";

// The explorer lies one level below the store, whatever stands before that.
export const store = new URL("..", new URL(".", location.href));

const PATIENCE = 20_000;
const STREAM = "text/event-stream";

// Why there is no answer, as the store or the browser says it.
export class Problem extends Error {
  constructor(status, title, detail, type, requestId) {
    super(title);
    Object.assign(this, { status, detail, type, requestId });
  }
}

export function address(path, query = {}) {
  const url = new URL(path, store);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  return url;
}

async function ask(path, query, signal, accept = "application/json") {
  const patience = AbortSignal.timeout(PATIENCE);
  const enough = new AbortController();
  let answer, text;
  try {
    answer = await fetch(address(path, query), { headers: { accept }, signal: AbortSignal.any([signal, patience, enough.signal]) });
    if (answer.ok && answer.headers.get("content-type")?.startsWith(STREAM)) {
      enough.abort();
      return null;
    }
    text = await answer.text();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (patience.aborted) throw new Problem(0, "The store does not answer", `Nothing came within ${PATIENCE / 1000} seconds.`);
    throw new Problem(0, "The store cannot be reached", `${store.href} does not answer. Is it still running?`);
  }
  if (answer.ok) return parse(text);
  throw problem(answer, text);
}

function problem(answer, text) {
  let told;
  try {
    told = parse(text);
  } catch {
    // A proxy in between answers in its own words.
  }
  const title = told?.string("title") ?? told?.string("Message") ?? `The answer was ${answer.status} ${answer.statusText}`.trim();
  const messages = told?.get("details")?.get("messages")?.members ?? [];
  const detail = [
    told ? told.string("detail") : text.slice(0, 500),
    ...messages.map(({ key, value }) => `${key.plain}: ${(value.items ?? []).map((item) => item.plain).join("; ")}`),
  ];
  const requestId = told?.string("requestId") ?? answer.headers.get("x-request-id");
  return new Problem(answer.status, title, detail.filter(Boolean).join("\n"), told?.string("type"), requestId);
}

// Where a stream's events are.
export const eventsOf = (type, id) => `streams/${encodeURIComponent(type)}/${encodeURIComponent(id)}/events`;

export async function readTypes(signal) {
  const body = await ask("streams", {}, signal);
  return body.get("streamTypes").items.map((type) => type.plain);
}

export async function readStreams(type, query, signal) {
  const page = (await ask(`streams/${encodeURIComponent(type)}`, { limit: 100, ...query }, signal)).get("streamPage");
  const streams = page.get("streams").items.map(stream);
  return { streams, hasMore: page.get("hasMore").plain, next: page.string("nextPageKey") };
}

export async function readDetails(type, id, signal) {
  const path = `streams/${encodeURIComponent(type)}/${encodeURIComponent(id)}/details`;
  return stream((await ask(path, {}, signal)).get("stream"));
}

export async function readEvents(type, id, query, signal) {
  const page = (await ask(eventsOf(type, id), query, signal)).get("eventPage");
  return { events: page.get("events").items.map((value) => event(value, type)), hasMore: page.get("hasMore").plain };
}

// The event at one revision.
export async function readEvent(type, id, revision, signal) {
  const { events } = await readEvents(type, id, { "after-revision": revision - 1, limit: 1 }, signal);
  if (events.length === 0) throw new Problem(404, `There is no revision ${revision}`, `The stream ends before it.`);
  return events[0];
}

// A page of the feed; or nothing from a store that would push it, where that is wanted.
export async function readFeed(query, signal, isPushWanted = false) {
  const body = await ask("feed", query, signal, isPushWanted ? `${STREAM}, application/json` : undefined);
  const page = body?.get("feedPage");
  return page && { events: page.get("events").items.map(feedEvent), hasMore: page.get("hasMore").plain, next: page.string("next") };
}

export const feedEvent = (value) => event(value, value.string("streamType"));

function event(value, streamType) {
  const metadata = value.get("metadata");
  return {
    streamType,
    streamId: value.string("streamId"),
    revision: value.get("revision").plain,
    eventType: value.string("eventType"),
    createdAt: value.string("createdAt"),
    eventId: value.string("eventId"),
    payload: value.get("payload"),
    metadata,
    causationId: metadata?.string("causationId"),
    correlationId: metadata?.string("correlationId"),
  };
}

function stream(value) {
  return {
    streamType: value.string("streamType"),
    streamId: value.string("streamId"),
    revision: value.get("revision").plain,
    updatedAt: value.string("updatedAt"),
  };
}
