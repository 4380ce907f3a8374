// Elements, made of names and texts. Nothing here takes markup, and the page's policy forbids it.

export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function drawing(name, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return made;
}

// What is not seen, or turns other text about, is written out.
const unseen = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

export function visible(text) {
  return text.replace(unseen, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

// A text of a user: what it is written in does not turn what stands around it.
export function users(text, attributes = {}) {
  return element("bdi", attributes, visible(text));
}

export function link(to, attributes, ...children) {
  return element("a", { href: to, ...attributes }, ...children);
}

export function button(name, onclick, attributes = {}) {
  return element("button", { type: "button", onclick, ...attributes }, name);
}

// One of 360 hues, the same for the same text.
export function hue(text) {
  let hash = 2166136261;
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0), 16777619);
  return (hash >>> 8) % 360;
}

// Tells something at the bottom of the page, and to who listens to it.
let silence;
export function tell(text) {
  const told = document.getElementById("told");
  told.textContent = text;
  told.classList.add("shown");
  clearTimeout(silence);
  silence = setTimeout(() => told.classList.remove("shown"), 2500);
}

export async function copy(text, name) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Where a page is not trusted with the clipboard: over plain HTTP from another machine.
    const field = element("textarea", { class: "unseen", "aria-hidden": "true" });
    field.value = text;
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    if (!copied) return tell(`${name} cannot be copied here`);
  }
  tell(`${name} copied`);
}

export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
