// A JSON value to be read: coloured, and folded where it is deep or long. What is folded is made when it is opened.

import { button, count, element, visible } from "./dom.js";

const OPEN_LEVELS = 2;
const OPEN_SIZE = 40;
const PART = 100;
const LONGEST = 2000;

export function payload(value) {
  return element("div", { class: "json" }, node(null, value, 0));
}

// The beginning of a value, in one line.
export function preview(value) {
  return visible(value.source.slice(value.start, Math.min(value.end, value.start + 240)).replace(/\s+/g, " "));
}

function node(key, value, level) {
  const name = key ? [element("span", { class: "key" }, visible(key.text)), ": "] : [];
  const children = value.members ?? value.items;
  if (!children) return element("div", {}, name, scalar(value));
  const [opening, closing] = value.members ? "{}" : "[]";
  if (children.length === 0) return element("div", {}, name, opening + closing);
  const size = value.members ? count(children.length, "member") : count(children.length, "item");
  const inner = element("div", { class: "inner" });
  const details = element(
    "details",
    { open: level < OPEN_LEVELS && children.length <= OPEN_SIZE },
    element("summary", {}, name, opening, element("span", { class: "size" }, ` ${size} `), element("span", { class: "size" }, closing)),
    inner,
    element("div", {}, closing),
  );
  const show = () => {
    if (details.open && !inner.hasChildNodes()) part(inner, value, 0, level + 1);
  };
  details.addEventListener("toggle", show);
  show();
  return details;
}

function part(inner, value, from, level) {
  const children = (value.members ?? value.items).slice(from, from + PART);
  inner.append(...children.map((child) => (value.members ? node(child.key, child.value, level) : node(null, child, level))));
  const left = value.size - from - children.length;
  if (left > 0) {
    const more = button(`Show ${Math.min(left, PART)} more of ${left.toLocaleString("en")}`, () => {
      more.remove();
      part(inner, value, from + PART, level);
      inner.children[from + PART]?.querySelector("summary")?.focus();
    }, { class: "more" });
    inner.append(more);
  }
}

function scalar(value) {
  const { text, kind } = value;
  const shown = element("span", { class: kind }, visible(text.slice(0, LONGEST)));
  if (text.length <= LONGEST) return shown;
  const all = button(`… all ${text.length.toLocaleString("en")} characters`, () => {
    shown.textContent = visible(text);
    all.remove();
  }, { class: "more" });
  return element("span", {}, shown, all);
}
