// Two revisions of a stream side by side: what changed between their payloads.

import { readEvent } from "./api.js";
import { difference } from "./difference.js";
import { element, link, users, visible } from "./dom.js";
import { typeOf } from "./event.js";
import { lines } from "./json.js";
import { places } from "./places.js";
import { trail } from "./streams.js";
import { when } from "./time.js";
import { filled, heading } from "./views.js";

// So many lines around a difference are shown; the others are folded.
const AROUND = 3;
const MARKS = { same: " ", gone: "−", come: "+" };
const NAMES = { gone: "removed: ", come: "added: " };

export function compare({ rest: [type, id, one, other] }, root, signal) {
  const box = element("div");
  const input = (value, name) => element("input", { value, inputmode: "numeric", size: 6, "aria-label": name });
  const [from, to] = [input(one, "From revision"), input(other, "To revision")];
  const go = (submitted) => {
    submitted.preventDefault();
    location.hash = places.compare(type, id, Number(from.value) || 1, Number(to.value) || 1);
  };
  root.replaceChildren(
    trail([places.types(), "Streams"], [places.streams(type), users(type)], [places.stream(type, id), element("span", { class: "mono" }, users(id))]),
    heading("Compare payloads"),
    element("form", { class: "controls inline", onsubmit: go }, "Revision ", from, " with ", to, element("button", {}, "Compare"), link(places.compare(type, id, other, one), { class: "button" }, "Swap")),
    box,
  );
  filled(box, "events", signal, async () => {
    const [before, after] = await Promise.all([one, other].map((revision) => readEvent(type, id, Number(revision), signal)));
    const compared = difference(lines(before.payload), lines(after.payload));
    const isSame = compared.every(({ kind }) => kind === "same");
    return [
      element("div", { class: "sides" }, side("−", before), side("+", after)),
      isSame ? element("p", { class: "note" }, "The payloads are the same.") : null,
      element("div", { class: "difference json" }, folded(compared)),
    ];
  });
}

function side(mark, event) {
  const { streamType, streamId, revision, eventType, createdAt } = event;
  return element("p", {}, element("span", { class: mark === "+" ? "come" : "gone", "aria-hidden": "true" }, mark), link(places.event(streamType, streamId, revision), {}, `Revision ${revision}`), typeOf(eventType), when(createdAt));
}

function folded(compared) {
  const near = new Set();
  compared.forEach(({ kind }, place) => {
    if (kind === "same") return;
    for (let around = place - AROUND; around <= place + AROUND; around += 1) near.add(around);
  });
  const parts = [];
  let far = [];
  const fold = () => {
    if (far.length > 2 * AROUND) parts.push(element("details", {}, element("summary", {}, `${far.length} lines are the same`), far.map(line)));
    else parts.push(...far.map(line));
    far = [];
  };
  compared.forEach((compared, place) => {
    if (near.has(place)) {
      fold();
      parts.push(line(compared));
    } else {
      far.push(compared);
    }
  });
  fold();
  return parts;
}

function line({ kind, line: text }) {
  return element("div", { class: kind }, element("span", { class: "mark", "aria-hidden": "true" }, MARKS[kind]), kind === "same" ? null : element("span", { class: "unseen" }, NAMES[kind]), visible(text));
}
