// Which lines went and which came, between two lists of lines of JSON. A comma at the end is no difference: it says that another
// line follows.

// Beyond so many pairs of lines everything between the first and the last difference counts as changed.
const MOST = 4_000_000;

export function difference(one, other) {
  let start = 0;
  while (start < one.length && start < other.length && isSame(one[start], other[start])) start += 1;
  let end = 0;
  while (end < one.length - start && end < other.length - start && isSame(one.at(-1 - end), other.at(-1 - end))) end += 1;
  const [left, right] = [one.slice(start, one.length - end), other.slice(start, other.length - end)];
  const same = (line) => ({ kind: "same", line });
  return [...other.slice(0, start).map(same), ...changed(left, right), ...other.slice(other.length - end).map(same)];
}

const isSame = (one, other) => one === other || bare(one) === bare(other);
const bare = (line) => (line.endsWith(",") ? line.slice(0, -1) : line);

// The longest common subsequence.
function changed(left, right) {
  const gone = (line) => ({ kind: "gone", line });
  const come = (line) => ({ kind: "come", line });
  if (left.length * right.length > MOST) return [...left.map(gone), ...right.map(come)];
  const width = right.length + 1;
  const longest = new Uint32Array((left.length + 1) * width);
  for (let row = left.length - 1; row >= 0; row -= 1) {
    for (let column = right.length - 1; column >= 0; column -= 1) {
      longest[row * width + column] = isSame(left[row], right[column])
        ? longest[(row + 1) * width + column + 1] + 1
        : Math.max(longest[(row + 1) * width + column], longest[row * width + column + 1]);
    }
  }
  const lines = [];
  let [row, column] = [0, 0];
  while (row < left.length || column < right.length) {
    if (row < left.length && column < right.length && isSame(left[row], right[column])) {
      lines.push({ kind: "same", line: right[column] });
      row += 1;
      column += 1;
    } else if (column >= right.length || (row < left.length && longest[(row + 1) * width + column] >= longest[row * width + column + 1])) {
      lines.push(gone(left[row]));
      row += 1;
    } else {
      lines.push(come(right[column]));
      column += 1;
    }
  }
  return lines;
}
