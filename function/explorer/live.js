// Follows the feed: what there was last, and then what comes. The store pushes where it can (server-sent events), and is asked
// again and again where a waiting request would be paid for; and not at all while nobody looks.

import { address, feedEvent, readFeed } from "./api.js";
import { parse } from "./json.js";

// How many events back a feed is begun: with a filter further, because most of them may not be wanted.
const BACK = 200;
const BACK_FILTERED = 1000;

const SOONEST = 1000;
const LATEST = 5000;
const LATEST_AFTER_FAILURE = 30_000;

// Calls `onEvents` with events in their order, and `onState` with how it goes on. It ends with `signal`, and with a problem that
// waiting does not solve.
export async function follow(filter, { onEvents, onState, signal }) {
  let query = begin(filter);
  let pause = SOONEST;
  let isAtEnd = false;
  while (!signal.aborted) {
    try {
      const page = await readFeed(query, signal, isAtEnd);
      if (page) {
        query = { ...query, after: page.next };
        onEvents(page.events);
        if (page.hasMore) continue;
        if (!isAtEnd) {
          isAtEnd = true;
          continue;
        }
        pause = page.events.length > 0 ? SOONEST : Math.min(pause * 1.5, LATEST);
        onState({ name: "polling", seconds: Math.round(pause / 1000) });
      } else {
        query.after = await pushed(query, { onEvents, onState, signal });
        pause = SOONEST;
      }
    } catch (problem) {
      if (signal.aborted) return;
      if (problem.status === 410) {
        query = begin(filter);
        isAtEnd = false;
        onState({ name: "anew" });
        continue;
      }
      const isPassing = problem.status === 0 || problem.status === 429 || problem.status >= 500;
      if (!isPassing) throw problem;
      pause = Math.min(pause * 2, LATEST_AFTER_FAILURE);
      onState({ name: "failing", problem, seconds: Math.round(pause / 1000) });
    }
    await waited(pause, signal);
  }
}

function begin(filter) {
  const isFiltered = Object.values(filter).some(Boolean);
  return { ...filter, after: `end-${isFiltered ? BACK_FILTERED : BACK}`, limit: 1000 };
}

// Listens until the connection ends, and gives the cursor behind what came.
function pushed(query, { onEvents, onState, signal }) {
  return new Promise((resolve) => {
    let { after } = query;
    const heard = [];
    let delivery;
    const source = new EventSource(address("feed", query));
    const deliver = () => {
      clearTimeout(delivery);
      delivery = undefined;
      if (heard.length > 0) onEvents(heard.splice(0));
    };
    const end = () => {
      deliver();
      source.close();
      resolve(after);
    };
    signal.addEventListener("abort", end, { once: true });
    source.onopen = () => onState({ name: "live" });
    source.onmessage = ({ data, lastEventId }) => {
      if (lastEventId) after = lastEventId;
      if (!data) return;
      heard.push(feedEvent(parse(data)));
      delivery ??= setTimeout(deliver, 50);
    };
    source.onerror = () => {
      onState({ name: "failing", seconds: 1 });
      end();
    };
    source.addEventListener("problem", end);
  });
}

async function waited(milliseconds, signal) {
  await happened(signal, (done) => {
    const timer = setTimeout(done, milliseconds);
    return () => clearTimeout(timer);
  });
  while (document.hidden && !signal.aborted) {
    await happened(signal, (done) => {
      document.addEventListener("visibilitychange", done);
      return () => document.removeEventListener("visibilitychange", done);
    });
  }
}

// Waits for what `begin` begins, or for the end of it all.
function happened(signal, begin) {
  return new Promise((resolve) => {
    const done = () => {
      stop();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const stop = begin(done);
    signal.addEventListener("abort", done);
  });
}
