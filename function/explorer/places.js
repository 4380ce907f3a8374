// Where things are in the explorer: behind the `#` of its address, so that everything that is seen can be linked to.

const text = encodeURIComponent;

export const places = {
  now: (filter = {}) => `#/now${query(filter)}`,
  types: () => "#/types",
  streams: (type) => `#/types/${text(type)}`,
  stream: (type, id, at = {}) => `#/streams/${text(type)}/${text(id)}${query(at)}`,
  event: (type, id, revision) => places.stream(type, id, { at: revision }),
  compare: (type, id, one, other) => `#/compare/${text(type)}/${text(id)}/${one}/${other}`,
  cause: (eventId) => `#/cause/${text(eventId)}`,
  effects: (eventId) => `#/effects/${text(eventId)}`,
};

function query(values) {
  const wanted = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
  return wanted.length > 0 ? `?${new URLSearchParams(wanted)}` : "";
}

// A place: its name, what stands behind that, and its query. What makes no sense is no place.
export function placeOf(hash) {
  const [path, search = ""] = hash.replace(/^#\/?/, "").split("?");
  try {
    const [name, ...rest] = path.split("/").map(decodeURIComponent);
    return { name: name || "now", rest, query: new URLSearchParams(search) };
  } catch {
    return { name: "", rest: [], query: new URLSearchParams() };
  }
}
