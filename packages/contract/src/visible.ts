/** Control and format characters (bidirectional ones, too), separators of lines, halves of surrogate pairs, and what has no meaning. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;

const SHORT: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/**
 * A text from outside as it may be shown: what a terminal would obey, or what would change how the rest
 * is read, is spelled out (`\n`, `\u{1b}`). For one line; it gives one line.
 */
export function visible(text: string): string {
  return text.replace(
    HIDDEN,
    (hidden) => SHORT.get(hidden) ?? `\\u{${hidden.codePointAt(0)!.toString(16)}}`,
  );
}

/** The same for a line of JSON, which stays JSON and says the same: escapes that JSON has. */
export function visibleJson(line: string): string {
  return line.replace(HIDDEN, (hidden) =>
    hidden === "\n" ? hidden : hidden.split("").map(jsonEscape).join(""),
  );
}

const jsonEscape = (unit: string): string =>
  `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** The same for a text of several lines, whose line breaks are meant. */
export function visibleLines(text: string): string {
  return text.split("\n").map(visible).join("\n");
}
