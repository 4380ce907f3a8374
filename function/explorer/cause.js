// The cause of an event, and what an event led to: known from what was met, or searched for in the feed.

import { element, link, users } from "./dom.js";
import { typeOf } from "./event.js";
import { places } from "./places.js";
import { effectsOf, eventOf, search } from "./seen.js";
import { when } from "./time.js";
import { empty, failure, heading } from "./views.js";

// Goes to the event that an id names, once it is found.
export function cause({ rest: [eventId] }, root, signal) {
  const found = () => {
    const event = eventOf(eventId);
    if (event) location.replace(places.event(event.streamType, event.streamId, event.revision));
    return Boolean(event);
  };
  if (found()) return;
  searching({
    root,
    signal,
    title: ["Event ", element("span", { class: "mono" }, users(eventId))],
    found,
    nothing: empty("No event has this id", "Every event of the feed was looked at. What was appended a moment ago may not be there yet."),
  });
}

// Lists the events that name an event as their cause.
export function effects({ rest: [eventId] }, root, signal) {
  const list = element("ul", { class: "effects" });
  const shown = new Set();
  const show = () => {
    for (const effect of effectsOf(eventId)) {
      if (shown.has(effect.eventId)) continue;
      shown.add(effect.eventId);
      const { streamType, streamId, revision, eventType, createdAt } = effect;
      list.append(element("li", {}, typeOf(eventType), " ", link(places.event(streamType, streamId, revision), {}, users(`${streamType}/${streamId}`), ` revision ${revision}`), " ", when(createdAt)));
    }
    return false;
  };
  const of = eventOf(eventId);
  const title = of ? ["What ", link(places.event(of.streamType, of.streamId, of.revision), {}, users(of.eventType)), " led to"] : ["What ", element("span", { class: "mono" }, users(eventId)), " led to"];
  const nothing = empty("It led to nothing", "No event of the feed names it as its cause (`causationId` in the metadata).");
  searching({ root, signal, title, found: show, nothing, list, isEmpty: () => shown.size === 0 });
}

async function searching({ root, signal, title, found, nothing, list = null, isEmpty = () => true }) {
  const progress = element("p", { class: "lead", role: "status" }, "Searching the feed…");
  const foot = element("div");
  root.replaceChildren(heading(title), progress, list ?? "", foot);
  try {
    for (;;) {
      if (found()) return;
      const { searched, isFull, hasMore } = await search(signal);
      if (signal.aborted || found()) return;
      progress.textContent = `${searched.toLocaleString("en")} events of the feed searched${hasMore ? "…" : ""}`;
      if (isFull) foot.replaceChildren(empty("The search ends here", "More events than this page can remember."));
      else if (!hasMore && isEmpty()) foot.replaceChildren(nothing);
      if (isFull || !hasMore) return;
    }
  } catch (problem) {
    if (!signal.aborted) foot.replaceChildren(failure(problem, () => searching({ root, signal, title, found, nothing, list, isEmpty })));
  }
}
