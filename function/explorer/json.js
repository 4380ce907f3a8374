// JSON as it was sent. `JSON.parse` would lose digits of numbers, the order of some keys, and keys that are there twice.
// Nothing here recurses, so that no depth of nesting is too deep.

const space = new Set([" ", "\n", "\r", "\t"]);
const ends = new Set([...space, ",", "]", "}", undefined]);

// A value: its `kind` ("object", "array", "string", "number" or "word"), and where in `source` its text is. An object has
// `members`, each a `key` and a `value`; an array has `items`.
class Value {
  constructor(kind, source, start) {
    Object.assign(this, { kind, source, start, end: start });
    if (kind === "object") this.members = [];
    if (kind === "array") this.items = [];
  }

  // Exactly what was sent.
  get text() {
    return this.source.slice(this.start, this.end);
  }

  // What a string, number or word means to JavaScript.
  get plain() {
    return JSON.parse(this.text);
  }

  get size() {
    return (this.members ?? this.items)?.length ?? 0;
  }

  // An object's member, of which the last one counts as it does for `JSON.parse`.
  get(name) {
    return this.members?.findLast(({ key }) => key.plain === name)?.value;
  }

  // A member that is a string, as text.
  string(name) {
    const value = this.get(name);
    return value?.kind === "string" ? value.plain : undefined;
  }
}

export function parse(source) {
  const open = [];
  let at = 0;
  let key = null;

  const fail = () => {
    throw new SyntaxError(`what the store answered is no JSON at character ${at}`);
  };
  const skip = () => {
    while (space.has(source[at])) at += 1;
  };
  const string = () => {
    const value = new Value("string", source, at);
    do {
      at = source.indexOf('"', at + 1);
      if (at < 0) fail();
    } while (isEscaped(source, at));
    at += 1;
    value.end = at;
    return value;
  };
  const scalar = () => {
    if (source[at] === '"') return string();
    const value = new Value(/[-\d]/.test(source[at] ?? "") ? "number" : "word", source, at);
    while (!ends.has(source[at])) at += 1;
    if (at === value.start) fail();
    value.end = at;
    return value;
  };
  const close = (value) => {
    at += 1;
    value.end = at;
    open.pop();
  };

  let root = null;
  for (;;) {
    skip();
    const within = open.at(-1);
    if (within && source[at] === (within.members ? "}" : "]")) {
      close(within);
    } else {
      if (within?.members) {
        if (source[at] !== '"') fail();
        key = string();
        skip();
        if (source[at] !== ":") fail();
        at += 1;
        skip();
      }
      const kind = { "{": "object", "[": "array" }[source[at]];
      const value = kind ? new Value(kind, source, at) : scalar();
      if (within?.members) within.members.push({ key, value });
      else if (within) within.items.push(value);
      else root = value;
      if (kind) {
        open.push(value);
        at += 1;
        continue;
      }
    }
    // Behind a value: what it is in goes on or ends.
    for (;;) {
      skip();
      const outer = open.at(-1);
      if (!outer) {
        if (at < source.length) fail();
        return root;
      }
      if (source[at] === ",") {
        at += 1;
        break;
      }
      if (source[at] !== (outer.members ? "}" : "]")) fail();
      close(outer);
    }
  }
}

function isEscaped(source, at) {
  let slashes = 0;
  while (source[at - 1 - slashes] === "\\") slashes += 1;
  return slashes % 2 === 1;
}

// A value as lines, two spaces a level; every scalar as it was sent.
export function lines(value) {
  const written = [];
  const left = [{ value, indent: 0, before: "", after: "" }];
  while (left.length > 0) {
    const { value: next, indent, before, after, end } = left.pop();
    const start = "  ".repeat(Math.min(indent, 100));
    const children = next && (next.members ?? next.items);
    if (end) {
      written.push(start + end + after);
    } else if (!children) {
      written.push(start + before + next.text + after);
    } else {
      const [opening, closing] = next.members ? "{}" : "[]";
      if (children.length === 0) {
        written.push(start + before + opening + closing + after);
        continue;
      }
      written.push(start + before + opening);
      left.push({ end: closing, indent, after });
      for (let place = children.length - 1; place >= 0; place -= 1) {
        const child = children[place];
        left.push({
          value: next.members ? child.value : child,
          indent: indent + 1,
          before: next.members ? `${child.key.text}: ` : "",
          after: place + 1 < children.length ? "," : "",
        });
      }
    }
  }
  return written;
}
