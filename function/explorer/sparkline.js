// How many events there were in each five seconds of the last five minutes, by when they were appended.

import { count, drawing, element } from "./dom.js";

const SECONDS = 5;
const BARS = 60;
const HEIGHT = 36;

export class Sparkline {
  #counts = new Map();
  #drawn = drawing("svg", { viewBox: `0 0 ${BARS * 4} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" });
  #told = element("figcaption");
  element = element("figure", { class: "rate" }, this.#drawn, this.#told);

  add(event) {
    const slot = Math.floor(Date.parse(event.createdAt) / 1000 / SECONDS);
    this.#counts.set(slot, (this.#counts.get(slot) ?? 0) + 1);
  }

  draw() {
    const now = Math.floor(Date.now() / 1000 / SECONDS);
    for (const slot of this.#counts.keys()) if (slot <= now - BARS) this.#counts.delete(slot);
    const bars = Array.from({ length: BARS }, (_, place) => this.#counts.get(now - BARS + 1 + place) ?? 0);
    const most = Math.max(...bars, 1);
    const sum = bars.reduce((one, other) => one + other, 0);
    this.#drawn.replaceChildren(...bars.map((number, place) => {
      const height = number > 0 ? Math.max(2, (number / most) * HEIGHT) : 1;
      return drawing("rect", { x: place * 4, y: HEIGHT - height, width: 3, height, class: number > 0 ? "some" : "none" });
    }));
    const peak = sum > 0 ? `, at most ${(most / SECONDS).toLocaleString("en", { maximumFractionDigits: 1 })} a second` : "";
    this.#told.textContent = `${count(sum, "event")} in the last 5 minutes${peak}`;
  }
}
