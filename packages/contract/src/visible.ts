/**
 * Control and format characters (also those that change the writing direction), line and paragraph
 * separators, halves of surrogate pairs, and unassigned characters.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;

const SHORT: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/**
 * Makes a text from outside safe to show on one line. Characters that a terminal would obey, or
 * that would change how the rest is read, are spelled out (`\n`, `\u{1b}`).
 */
export function visible(text: string): string {
  return text.replace(
    HIDDEN,
    (hidden) => SHORT.get(hidden) ?? `\\u{${hidden.codePointAt(0)!.toString(16)}}`,
  );
}

/**
 * The same for a line of JSON. The result is still JSON with the same value, because it uses JSON's
 * own escapes.
 */
export function visibleJson(line: string): string {
  return line.replace(HIDDEN, (hidden) =>
    hidden === "\n" ? hidden : hidden.split("").map(jsonEscape).join(""),
  );
}

const jsonEscape = (unit: string): string =>
  `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** The same for a text of several lines. Its line breaks stay. */
export function visibleLines(text: string): string {
  return text.split("\n").map(visible).join("\n");
}
