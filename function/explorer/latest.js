// The streams of a type, those updated last before all. The store lists them the other way round, from a moment on: so the moment is
// looked for from which on there are not too many.

import { readStreams } from "./api.js";

const SECOND = 1000;
const FIRST = 3_600_000;
const TRIES = 24;

export class Latest {
  #type;
  #signal;
  #window = FIRST;
  // Everything updated from here on is known.
  #from = null;
  #isWhole = false;

  constructor(type, signal) {
    this.#type = type;
    this.#signal = signal;
  }

  get hasMore() {
    return !this.#isWhole;
  }

  // The next streams, newest first; none if there are no more.
  async next() {
    if (this.#from === null) {
      const { streams, hasMore } = await this.#read({});
      if (!hasMore) {
        this.#isWhole = true;
        return streams.toReversed();
      }
      this.oldest = Date.parse(streams[0].updatedAt);
      // The clocks of the store and of the browser may differ.
      this.#from = Date.now() + 3_600_000;
      this.#window = 2 * FIRST;
    }
    const before = new Date(this.#from).toISOString();
    for (let tries = 0; tries < TRIES; tries += 1) {
      const start = Math.max(this.#from - this.#window, this.oldest);
      let { streams, hasMore, next } = await this.#read({ "updated-after": new Date(start).toISOString() });
      const isTooMany = () => hasMore && streams.at(-1).updatedAt < before;
      if (isTooMany() && this.#window > SECOND) {
        this.#window = Math.max(SECOND, this.#window / 4);
        continue;
      }
      // Within one second there may be many, which cannot be parted.
      while (isTooMany() && streams.length < 5000) {
        const more = await this.#read({ "stream-next-page-key": next });
        streams = [...streams, ...more.streams];
        ({ hasMore, next } = more);
      }
      const found = streams.filter(({ updatedAt }) => updatedAt < before);
      if (found.length < 25 && start > this.oldest) {
        this.#window *= found.length === 0 ? 16 : 4;
        if (tries + 1 < TRIES) continue;
      }
      this.#from = start;
      this.#isWhole = start <= this.oldest;
      return found.toReversed();
    }
    return [];
  }

  #read(query) {
    return readStreams(this.#type, query, this.#signal);
  }
}
