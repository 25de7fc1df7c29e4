/** The largest JSON text that is allowed. */
export interface JsonBounds {
  /** How deep arrays and objects may be nested. */
  readonly depth: number;
  /** The number of arrays and objects in the whole text. */
  readonly containers: number;
  /** The number of members and elements in the whole text. */
  readonly values: number;
}

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const ARRAY = { open: 91, close: 93 };
const OBJECT = { open: 123, close: 125 };

/**
 * Tells which bound a JSON text breaks. Null if it breaks none, or if it is not JSON. It only looks
 * at characters: parsing can cost ten times the size of the text in memory, and this costs no
 * memory.
 */
export function brokenBound(text: string, bounds: JsonBounds): keyof JsonBounds | null {
  let depth = 0;
  let containers = 0;
  let commas = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      if (at === -1) return null;
    } else if (code === COMMA) {
      commas += 1;
    } else if (code === ARRAY.open || code === OBJECT.open) {
      depth += 1;
      containers += 1;
      if (depth > bounds.depth) return "depth";
      if (containers > bounds.containers) return "containers";
    } else if (code === ARRAY.close || code === OBJECT.close) {
      depth -= 1;
    }
    // A container with n values has n - 1 commas, so its first value is counted with the container.
    if (commas + containers > bounds.values) return "values";
  }
  return null;
}

/** The position at which the string that begins at `start` ends; -1 if it does not end. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return -1;
}
