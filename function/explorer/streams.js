// The streams of one type, the last updated first.

import { button, copy, element, link, users } from "./dom.js";
import { Latest } from "./latest.js";
import { places } from "./places.js";
import { ago, when } from "./time.js";
import { empty, failure, filled, heading } from "./views.js";

export function streams({ rest: [type] }, root, signal) {
  const box = element("div");
  root.replaceChildren(trail([places.types(), "Streams"]), heading(users(type), link(places.now({ "stream-type": type }), { class: "button" }, "Follow its events")), box);
  filled(box, "streams", signal, async () => {
    const latest = new Latest(type, signal);
    const first = await latest.next();
    if (first.length === 0) return empty("No streams of this type", "A stream is listed a moment after its first event.");
    const rows = element("tbody", {}, first.map((stream) => row(stream)));
    const table = element("table", { class: "streams" },
      element("thead", {}, element("tr", {}, ["Stream", "Revision", "Updated", ""].map((name) => element("th", { scope: "col" }, name || element("span", { class: "unseen" }, "Copy"))))), rows);
    const foot = element("div", { class: "foot" });
    const offer = () => foot.replaceChildren(...(latest.hasMore ? [button("Show older", more)] : []));
    const more = async () => {
      foot.replaceChildren(element("span", { class: "small" }, "Looking for older ones…"));
      try {
        const older = await latest.next();
        const made = older.map((stream) => row(stream));
        rows.append(...made);
        offer();
        made[0]?.querySelector("a").focus();
      } catch (problem) {
        if (!signal.aborted) foot.replaceChildren(failure(problem, more));
      }
    };
    offer();
    return [element("div", { class: "wide" }, table), foot];
  });
}

function row({ streamType, streamId, revision, updatedAt }) {
  return element("tr", {},
    element("td", {}, link(places.stream(streamType, streamId), { class: "mono" }, streamId)),
    element("td", { class: "number" }, revision.toLocaleString("en")),
    element("td", {}, when(updatedAt), element("span", { class: "small" }, " ", ago(updatedAt))),
    element("td", {}, button("Copy id", () => copy(streamId, "The id"), { class: "quiet" })));
}

export function trail(...steps) {
  return element("nav", { class: "trail", "aria-label": "Where this is" }, steps.map(([to, name]) => [link(to, {}, name), element("span", { "aria-hidden": "true" }, " / ")]));
}
