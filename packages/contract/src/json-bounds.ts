/** What a JSON text may hold at most. */
export interface JsonBounds {
  /** Arrays and objects inside each other. */
  readonly depth: number;
  /** Arrays and objects in all. */
  readonly containers: number;
  /** Members and elements in all. */
  readonly values: number;
}

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const ARRAY = { open: 91, close: 93 };
const OBJECT = { open: 123, close: 125 };

/**
 * Which bound a JSON text breaks; null where it keeps them all, or is no JSON. It looks at the characters
 * alone: parsing a text can cost ten times its size in memory, and this costs none.
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
    // The first value of a container has no comma before it.
    if (commas + containers > bounds.values) return "values";
  }
  return null;
}

/** Where the string that begins at `start` ends; -1 where it does not. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return -1;
}
