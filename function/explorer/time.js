// Times: short where they are read, whole where they are looked at.

import { element } from "./dom.js";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

export function when(text) {
  const moment = new Date(text);
  const isToday = moment.toDateString() === new Date().toDateString();
  return element("time", { datetime: text, title: text }, isToday ? null : element("span", { class: "day" }, `${day.format(moment)} `), clock.format(moment));
}

// How long ago, in one unit.
export function ago(text) {
  const passed = Math.max(0, Date.now() - Date.parse(text));
  return element("time", { datetime: text, title: text }, passed < 5000 ? "just now" : `${duration(passed)} ago`);
}

export function duration(milliseconds) {
  const units = [[86_400_000, "d"], [3_600_000, "h"], [60_000, "min"], [1000, "s"]];
  const [size, name] = units.find(([unit]) => milliseconds >= unit) ?? [1, "ms"];
  return `${Math.floor(milliseconds / size)} ${name}`;
}
