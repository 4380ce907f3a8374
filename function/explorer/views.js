// What views share: their heading, how they wait, and how they fail.

import { button, element } from "./dom.js";

export function heading(title, ...beside) {
  const name = element("h1", { tabindex: "-1" }, title);
  return element("div", { class: "heading" }, name, ...beside);
}

// Shown a moment later, so that a quick answer does not flicker.
export function loading(what) {
  return element("div", { class: "loading", role: "status" }, element("span", { class: "unseen" }, `Loading ${what}`), ["", "", ""].map(() => element("span", { class: "bone" })));
}

export function empty(title, ...text) {
  return element("div", { class: "empty" }, element("strong", {}, title), element("p", {}, ...text));
}

// What went wrong, in the store's words, and how to try again.
export function failure(problem, again) {
  const { status, detail, requestId } = problem;
  return element("div", { class: "failure", role: "alert" },
    element("strong", {}, problem.message),
    detail ? element("p", {}, detail) : null,
    status || requestId ? element("p", { class: "small" }, [status ? `Status ${status}` : null, requestId ? `request ${requestId}` : null].filter(Boolean).join(", ")) : null,
    again ? button("Try again", again) : null,
  );
}

// Fills `box` with what `work` makes; meanwhile it waits, and says so when there is nothing to be had.
export async function filled(box, what, signal, work) {
  box.replaceChildren(loading(what));
  try {
    box.replaceChildren(...[await work()].flat().filter(Boolean));
  } catch (problem) {
    if (!signal.aborted) box.replaceChildren(failure(problem, () => filled(box, what, signal, work)));
  }
}
