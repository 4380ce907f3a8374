// Which view is shown, by what stands behind the `#` of the address; and the keys.

import { cause, effects } from "./cause.js";
import { compare } from "./compare.js";
import { link, tell } from "./dom.js";
import { now } from "./now.js";
import { placeOf, places } from "./places.js";
import { stream } from "./stream.js";
import { streams } from "./streams.js";
import { types } from "./types.js";
import { empty } from "./views.js";

const root = document.getElementById("view");
const help = document.getElementById("help");
const jump = document.getElementById("jump-to");
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

let leaving = new AbortController();
let isFirst = true;

function show() {
  leaving.abort();
  leaving = new AbortController();
  const place = placeOf(location.hash);
  const { name, rest } = place;
  const shown = viewOf(name, rest.filter(Boolean).length);
  const section = name === "now" ? "now" : "types";
  for (const part of document.querySelectorAll("[data-place]")) {
    if (shown && part.dataset.place === section) part.setAttribute("aria-current", "page");
    else part.removeAttribute("aria-current");
  }
  scrollTo(0, 0);
  root.replaceChildren();
  if (shown) shown(place, root, leaving.signal);
  else root.replaceChildren(empty("There is nothing here", link(places.now(), {}, "Go to what happens now")));
  document.title = [root.querySelector("h1")?.textContent, "Event store"].filter(Boolean).join(" · ");
  // Who listens hears where they are. The first time the browser says it.
  if (!isFirst) (root.querySelector("h1") ?? root).focus({ preventScroll: true });
  isFirst = false;
}

function viewOf(name, parts) {
  if (name === "now" && parts === 0) return now;
  if (name === "types") return [types, streams][parts];
  if (name === "streams" && parts === 2) return stream;
  if (name === "compare" && parts === 4) return compare;
  if (name === "cause" && parts === 1) return cause;
  if (name === "effects" && parts === 1) return effects;
  return undefined;
}

// Goes to what was typed: a stream, a revision of it, a type, or an event by its id.
function go(text) {
  const [, type, id, revision] = /^([^/@\s]+)(?:\/([^/@\s]+)(?:[@/](\d+))?)?$/.exec(text) ?? [];
  if (uuid.test(text)) location.hash = places.cause(text.toLowerCase());
  else if (type && id && !uuid.test(id)) return tell("A stream's id is a UUID");
  else if (id) location.hash = places.stream(type, id, { at: revision });
  else if (type) location.hash = places.streams(type);
  else return tell("Type a stream as `type/id`, a type, or the id of an event");
  jump.value = "";
}

// The lines of a list, to go through with a key.
function move(step) {
  const lines = [...root.querySelectorAll(".line, .streams a, .cards a, .effects a")].filter((line) => line.offsetParent);
  const at = lines.indexOf(document.activeElement);
  const next = lines[at < 0 ? (step > 0 ? 0 : lines.length - 1) : at + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

const keys = {
  n: () => (location.hash = places.now()),
  t: () => (location.hash = places.types()),
  p: () => document.getElementById("pause")?.click(),
  j: () => move(1),
  k: () => move(-1),
  "/": () => jump.focus(),
  "?": () => help.showModal(),
};

addEventListener("hashchange", show);
addEventListener("keydown", (pressed) => {
  const isTyping = pressed.target.closest?.("input, select, textarea, dialog");
  if (pressed.key === "Escape" && isTyping) pressed.target.blur();
  if (isTyping || pressed.ctrlKey || pressed.metaKey || pressed.altKey || !keys[pressed.key]) return;
  pressed.preventDefault();
  keys[pressed.key]();
});
document.getElementById("keys").addEventListener("click", () => help.showModal());
document.getElementById("jump").addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  go(jump.value.trim());
});
// A link to a part of the page would be taken for a place.
document.getElementById("skip").addEventListener("click", (clicked) => {
  clicked.preventDefault();
  root.focus();
});

show();
