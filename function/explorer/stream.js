// One stream: its events as a timeline, the newest first, a page at a time however many there are.

import { readDetails, readEvents } from "./api.js";
import { button, copy, count, element, link, users } from "./dom.js";
import { eventItem } from "./event.js";
import { places } from "./places.js";
import { met } from "./seen.js";
import { trail } from "./streams.js";
import { ago, duration } from "./time.js";
import { empty, filled, heading } from "./views.js";

const PAGE = 50;
const ASKED_EVERY = 3000;

export function stream({ rest: [type, id], query }, root, signal) {
  const box = element("div");
  const facts = element("p", { class: "lead" }, "\u00a0");
  root.replaceChildren(
    trail([places.types(), "Streams"], [places.streams(type), users(type)]),
    heading([users(type), element("span", { class: "slash" }, "/"), element("span", { class: "mono" }, users(id))], button("Copy id", () => copy(id, "The id"), { class: "quiet" })),
    facts,
    box,
  );
  filled(box, "events", signal, async () => {
    const details = await readDetails(type, id, signal);
    const at = whole(query.get("at"));
    const newest = Math.min(whole(query.get("before")) ?? (at ? at + PAGE / 2 : Infinity), details.revision + 1);
    const { events } = await readEvents(type, id, { direction: "backwards", limit: PAGE, "before-revision": newest > details.revision ? undefined : newest }, signal);
    met(events);
    facts.replaceChildren(`${count(details.revision, "event")}, the last one `, ago(details.updatedAt));
    if (events.length === 0) return empty("No events here", link(places.stream(type, id), {}, "Go to the newest"));
    const list = element("ol", { class: "events timeline", "aria-label": "Events, newest first" });
    list.append(...items(events));
    const news = element("div");
    const isNewest = events[0].revision >= details.revision;
    if (isNewest) watch({ type, id, list, news, facts, signal, last: events[0].revision });
    const chosen = [...list.children].find((item) => item.event?.revision === at);
    if (chosen) {
      chosen.classList.add("chosen");
      chosen.open(true);
      // Once it is there.
      setTimeout(() => {
        if (chosen.getBoundingClientRect().top > innerHeight * 0.6) chosen.scrollIntoView();
        chosen.querySelector(".line").focus({ preventScroll: true });
      });
    } else if (at) {
      news.append(element("p", { class: "note" }, `There is no revision ${at}: the stream ends at ${details.revision}.`));
    }
    const pager = () => pages(type, id, events, details.revision);
    return [pager(), news, list, events.length > 20 ? pager() : null];
  });
}

const whole = (text) => (/^[1-9]\d{0,15}$/.test(text ?? "") ? Number(text) : undefined);

// The events, and between them how long nothing happened.
function items(events) {
  return events.flatMap((event, place) => {
    const before = events[place + 1];
    const passed = before ? Date.parse(event.createdAt) - Date.parse(before.createdAt) : 0;
    const gap = passed >= 60_000 ? element("li", { class: "gap" }, `${duration(passed)} between`) : null;
    return [eventItem(event, { isOfMany: false }), gap].filter(Boolean);
  });
}

function pages(type, id, events, last) {
  const [newest, oldest] = [events[0].revision, events.at(-1).revision];
  const to = (name, isThere, before) => (isThere ? link(places.stream(type, id, { before }), { class: "button" }, name) : element("span", { class: "button", "aria-disabled": "true" }, name));
  const input = element("input", { inputmode: "numeric", pattern: "[0-9]+", size: 7, placeholder: "revision" });
  const go = (submitted) => {
    submitted.preventDefault();
    if (whole(input.value)) location.hash = places.event(type, id, Number(input.value));
  };
  return element("nav", { class: "pages", "aria-label": "Pages of events" },
    to("Newest", newest < last, undefined),
    to("Newer", newest < last, Math.min(newest + PAGE, last) + 1),
    element("span", { class: "small" }, `${oldest.toLocaleString("en")} – ${newest.toLocaleString("en")} of ${last.toLocaleString("en")}`),
    to("Older", oldest > 1, oldest),
    to("Oldest", oldest > 1, PAGE + 1),
    element("form", { onsubmit: go }, element("label", {}, element("span", { class: "unseen" }, "Go to revision"), input), element("button", {}, "Go")));
}

// Looks for what comes, while somebody looks at the page.
function watch({ type, id, list, news, facts, signal, last }) {
  let waiting = [];
  const show = () => {
    const made = items([...waiting, list.firstElementChild.event]).slice(0, -1);
    for (const item of made) item.classList.add("fresh");
    list.prepend(...made);
    waiting = [];
    news.replaceChildren();
  };
  const timer = setInterval(async () => {
    if (document.hidden) return;
    try {
      const { events } = await readEvents(type, id, { "after-revision": last, limit: PAGE }, signal);
      // While one answer was waited for, another may have come.
      const fresh = events.filter(({ revision }) => revision > last);
      if (fresh.length === 0) return;
      last = fresh.at(-1).revision;
      met(fresh);
      waiting = [...fresh.toReversed(), ...waiting];
      facts.replaceChildren(`${count(last, "event")}, the last one `, ago(fresh.at(-1).createdAt));
      if (scrollY > 160 || list.contains(document.activeElement)) news.replaceChildren(button(`Show ${count(waiting.length, "new event")}`, show, { class: "news" }));
      else show();
    } catch {
      // The next time may do.
    }
  }, ASKED_EVERY);
  signal.addEventListener("abort", () => clearInterval(timer));
}
