// The events that were met, by their ids. An event names its cause by id alone, and the store is not asked by that: what was not
// met yet is searched for in the feed, once and from its beginning, and each search goes on where the last one ended.

import { readFeed } from "./api.js";

const MOST = 500_000;

const byId = new Map();
const effects = new Map();
let cursor = "";
let searched = 0;

export function met(events) {
  for (const event of events) {
    if (byId.has(event.eventId) || byId.size >= MOST) continue;
    const { streamType, streamId, revision, eventType, eventId, createdAt, causationId } = event;
    const known = { streamType, streamId, revision, eventType, eventId, createdAt };
    byId.set(eventId, known);
    if (causationId) effects.set(causationId, [...(effects.get(causationId) ?? []), known]);
  }
}

export const eventOf = (eventId) => byId.get(eventId);
export const effectsOf = (eventId) => effects.get(eventId) ?? [];

// Searches on: a page of the feed. Tells how far it came, and whether there is more.
export async function search(signal) {
  const page = await readFeed({ after: cursor, limit: 1000 }, signal).catch((problem) => {
    // The feed was begun anew, so from its beginning.
    if (problem.status === 410) cursor = "";
    throw problem;
  });
  met(page.events);
  cursor = page.next;
  searched += page.events.length;
  return { searched, isFull: byId.size >= MOST, hasMore: page.hasMore };
}
