// What happens now: the feed, newest first.

import { readTypes } from "./api.js";
import { button, count, element, visible } from "./dom.js";
import { eventItem } from "./event.js";
import { follow } from "./live.js";
import { places } from "./places.js";
import { met } from "./seen.js";
import { Sparkline } from "./sparkline.js";
import { empty, failure, heading } from "./views.js";

// So many events are shown; older ones go as new ones come.
const MOST = 300;

export function now({ query }, root, signal) {
  const filter = { "stream-type": query.get("stream-type") ?? "", "event-type": query.get("event-type") ?? "" };
  const list = new Listing(filter, signal);
  root.replaceChildren(heading("Now", list.state), list.controls, list.box);
  list.run();
}

class Listing {
  #filter;
  #signal;
  #rate = new Sparkline();
  #known = new Set();
  #waiting = [];
  #isPaused = false;
  #last = { name: "connecting" };
  #types = element("datalist", { id: "event-types" });
  #list = element("ol", { class: "events", "aria-label": "Events, newest first" });
  #news = button("", () => this.#show(), { class: "news", hidden: true });
  #nothing = empty("Nothing yet");
  #pause = button("Pause", () => this.toggle(), { "aria-pressed": "false", id: "pause" });
  state = element("span", { class: "state", role: "status" });

  constructor(filter, signal) {
    this.#filter = filter;
    this.#signal = signal;
    this.controls = element("form", { class: "controls", onsubmit: (submitted) => submitted.preventDefault() }, this.#streamType(), this.#eventType(), this.#pause, this.#rate.element);
    this.box = element("div", {}, this.#news, this.#nothing, this.#list);
    this.#nothing.hidden = true;
    this.#tell();
  }

  async run() {
    const timer = setInterval(() => this.#rate.draw(), 1000);
    this.#signal.addEventListener("abort", () => clearInterval(timer));
    this.#rate.draw();
    try {
      await follow(this.#filter, {
        signal: this.#signal,
        onEvents: (events) => this.#take(events),
        onState: (state) => {
          this.#last = state;
          if (state.name === "anew") this.#forget();
          this.#tell();
        },
      });
    } catch (problem) {
      this.#last = { name: "ended" };
      this.#tell();
      this.box.replaceChildren(failure(problem));
    }
  }

  // Holds what comes back, or shows it.
  toggle() {
    this.#isPaused = !this.#isPaused;
    this.#pause.textContent = this.#isPaused ? "Go on" : "Pause";
    this.#pause.setAttribute("aria-pressed", String(this.#isPaused));
    if (!this.#isPaused) this.#show();
    this.#tell();
  }

  #take(events) {
    const isNew = (event) => !this.#known.has(event.eventId);
    const fresh = events.filter(isNew);
    for (const event of fresh) {
      this.#known.add(event.eventId);
      this.#rate.add(event);
    }
    met(fresh);
    this.#waiting = [...fresh.toReversed(), ...this.#waiting].slice(0, MOST);
    this.#offer(fresh);
    // Who reads further down, or has opened an event, is not pushed about.
    const isRead = scrollY > 160 || this.#list.contains(document.activeElement) || this.#list.querySelector('[aria-expanded="true"]');
    if (this.#isPaused || isRead) this.#announce();
    else this.#show();
  }

  #show() {
    const fresh = this.#waiting.splice(0);
    const isFirst = this.#list.children.length === 0;
    const items = fresh.map((event) => eventItem(event, { isOfMany: true }));
    if (!isFirst) for (const item of items) item.classList.add("fresh");
    this.#list.prepend(...items);
    while (this.#list.children.length > MOST) {
      this.#known.delete(this.#list.lastElementChild.event.eventId);
      this.#list.lastElementChild.remove();
    }
    this.#announce();
    this.#rate.draw();
  }

  #announce() {
    this.#news.hidden = this.#waiting.length === 0;
    this.#news.textContent = `Show ${this.#waiting.length >= MOST ? `the newest ${MOST}` : count(this.#waiting.length, "new event")}`;
    this.#nothing.hidden = this.#list.children.length > 0 || this.#last.name === "connecting";
    const isFiltered = Object.values(this.#filter).some(Boolean);
    this.#nothing.replaceChildren(
      element("strong", {}, isFiltered ? "No such event among the latest" : "Nothing has happened yet"),
      element("p", {}, isFiltered ? "Events that match appear here as they come." : "Append an event, and it appears here: the API's page shows how."),
    );
  }

  #forget() {
    this.#list.replaceChildren();
    this.#known.clear();
    this.#waiting = [];
  }

  #tell() {
    const { name, seconds, problem } = this.#last;
    const told = {
      connecting: "Connecting…",
      live: "Live",
      polling: seconds === 1 ? "Live, asked every second" : `Live, asked every ${seconds} seconds`,
      failing: `${problem?.message ?? "The connection was lost"}; tried again in ${seconds} s`,
      anew: "The feed was begun anew",
      ended: "Ended",
    }[name];
    this.state.dataset.state = this.#isPaused && name !== "failing" ? "paused" : name;
    this.state.textContent = this.#isPaused && name !== "failing" ? "Paused" : told;
    if (name !== "connecting") this.#announce();
  }

  #streamType() {
    const chosen = this.#filter["stream-type"];
    const select = element("select", { onchange: () => this.#go("stream-type", select.value) }, element("option", { value: "" }, "all types"));
    const option = (type) => select.append(element("option", { value: type, selected: type === chosen }, type));
    if (chosen) option(chosen);
    readTypes(this.#signal).then((types) => types.filter((type) => type !== chosen).forEach(option), () => {});
    return element("label", {}, element("span", {}, "Stream type"), select);
  }

  #eventType() {
    const input = element("input", { value: this.#filter["event-type"], list: "event-types", placeholder: "all types", autocomplete: "off", spellcheck: "false", onchange: () => this.#go("event-type", input.value) });
    return element("label", {}, element("span", {}, "Event type"), input, this.#types);
  }

  // Event types that were met are offered.
  #offer(events) {
    const offered = new Set([...this.#types.children].map((option) => option.value));
    for (const { eventType } of events) {
      if (offered.size >= 100 || offered.has(eventType) || visible(eventType) !== eventType) continue;
      offered.add(eventType);
      this.#types.append(element("option", { value: eventType }));
    }
  }

  #go(name, value) {
    location.hash = places.now({ ...this.#filter, [name]: value });
  }
}
