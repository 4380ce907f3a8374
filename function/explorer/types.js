// The types of streams that there are.

import { readStreams, readTypes } from "./api.js";
import { count, element, hue, link, users } from "./dom.js";
import { places } from "./places.js";
import { ago } from "./time.js";
import { empty, filled, heading } from "./views.js";

// Of more types it is not asked how many streams they have.
const MOST_ASKED = 24;

export function types(_, root, signal) {
  const box = element("div");
  root.replaceChildren(heading("Streams"), box);
  filled(box, "types", signal, async () => {
    const all = await readTypes(signal);
    if (all.length === 0) return empty("No streams yet", "A type of streams is listed once the first event of one of them is in the feed.");
    const items = all.map((type) => item(type));
    items.slice(0, MOST_ASKED).forEach(({ type, told }) => tellOf(type, told, signal));
    return [element("p", { class: "lead" }, `${count(all.length, "type")} of streams.`), element("ul", { class: "cards" }, items.map(({ made }) => made))];
  });
}

function item(type) {
  const told = element("span", { class: "small" }, "\u00a0");
  const made = element("li", {}, link(places.streams(type), { class: "card" }, element("strong", {}, users(type)), told));
  made.style.setProperty("--hue", hue(type));
  return { type, told, made };
}

async function tellOf(type, told, signal) {
  try {
    const { streams, hasMore } = await readStreams(type, {}, signal);
    const last = streams.at(-1);
    if (hasMore) told.textContent = `more than ${streams.length} streams`;
    else if (last) told.replaceChildren(`${count(streams.length, "stream")}, the last updated `, ago(last.updatedAt));
  } catch {
    // It is only how many there are: the list of them says what is wrong.
  }
}
