// An event in a list: a line that opens.

import { address, eventsOf } from "./api.js";
import { button, copy, count, element, hue, link, users } from "./dom.js";
import { payload, preview } from "./payload.js";
import { places } from "./places.js";
import { effectsOf, eventOf } from "./seen.js";
import { when } from "./time.js";

let numbered = 0;

// `isOfMany` says that events of other streams stand beside it.
export function eventItem(event, { isOfMany }) {
  const { streamType, streamId, revision, eventType } = event;
  const id = `event-${(numbered += 1)}`;
  const panel = element("div", { class: "panel", id, hidden: true });
  const line = button(
    [when(event.createdAt), typeOf(eventType), element("span", { class: "preview" }, preview(event.payload))],
    () => open(line.getAttribute("aria-expanded") !== "true"),
    { class: "line", "aria-expanded": "false", "aria-controls": id },
  );
  const open = (isOpen) => {
    line.setAttribute("aria-expanded", String(isOpen));
    panel.hidden = !isOpen;
    if (isOpen && !panel.hasChildNodes()) panel.append(...contents(event));
  };
  const to = isOfMany
    ? link(places.event(streamType, streamId, revision), { class: "of", title: `${streamType}/${streamId}` },
        users(streamType), element("span", { class: "id" }, ` ${streamId.slice(0, 8)}`), element("span", { class: "at" }, String(revision)))
    : link(places.event(streamType, streamId, revision), { class: "of", "aria-label": `Revision ${revision}, link to it` }, element("span", { class: "at" }, String(revision)));
  const item = element("li", { class: "event" }, isOfMany ? [line, to] : [to, line], panel);
  item.style.setProperty("--hue", hue(eventType));
  return Object.assign(item, { open, event });
}

export function typeOf(eventType) {
  const made = element("span", { class: "type" }, users(eventType));
  made.style.setProperty("--hue", hue(eventType));
  return made;
}

function contents(event) {
  const { streamType, streamId, revision, eventId, metadata } = event;
  const actions = element("div", { class: "actions" },
    revision > 1 ? link(places.compare(streamType, streamId, revision - 1, revision), { class: "button" }, `Compare with revision ${revision - 1}`) : null,
    button("Copy as curl", () => copy(curl(event), "The command")),
    button("Copy payload", () => copy(event.payload.text, "The payload")),
  );
  const told = element("dl", { class: "facts" },
    fact("Stream", link(places.stream(streamType, streamId), {}, users(`${streamType}/${streamId}`))),
    fact("Revision", String(revision)),
    fact("Event id", element("code", {}, eventId)),
    fact("Appended", element("code", {}, event.createdAt)),
    event.correlationId ? fact("Correlation", element("code", {}, users(event.correlationId))) : null,
    event.causationId ? fact("Caused by", causeOf(event.causationId)) : null,
    fact("Led to", effectsLink(eventId)),
  );
  return [
    element("h3", {}, "Payload"),
    payload(event.payload),
    metadata ? element("h3", {}, "Metadata") : null,
    metadata ? payload(metadata) : null,
    told,
    actions,
  ].filter(Boolean);
}

function fact(name, value) {
  return element("div", {}, element("dt", {}, name), element("dd", {}, value));
}

function causeOf(eventId) {
  const cause = eventOf(eventId);
  return link(places.cause(eventId), {}, cause ? [users(cause.eventType), ` at revision ${cause.revision} of `, users(`${cause.streamType}/${cause.streamId.slice(0, 8)}`)] : element("code", {}, users(eventId)));
}

function effectsLink(eventId) {
  const known = effectsOf(eventId).length;
  return link(places.effects(eventId), {}, known > 0 ? `${count(known, "event")} that it caused` : "find what it caused");
}

// The request that reads the event, for a shell.
function curl({ streamType, streamId, revision }) {
  const url = address(eventsOf(streamType, streamId), { "after-revision": String(revision - 1), limit: 1 });
  return `curl '${url.href.replaceAll("'", "'\\''")}'`;
}
