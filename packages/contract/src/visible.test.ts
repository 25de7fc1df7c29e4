import { describe, expect, it } from "vitest";
import { visible, visibleJson, visibleLines } from "./visible.ts";

describe("visible", () => {
  it.each([
    ["an escape sequence", "\u001b[2J", "\\u{1b}[2J"],
    ["a control sequence introducer in one byte", "\u009b31m", "\\u{9b}31m"],
    ["line breaks", "a\r\nb", "a\\r\\nb"],
    ["a tabulator", "a\tb", "a\\tb"],
    ["null and delete", "\u0000\u007f", "\\u{0}\\u{7f}"],
    ["a right-to-left override", "\u202egnp.exe", "\\u{202e}gnp.exe"],
    ["an isolate", "\u2066x\u2069", "\\u{2066}x\\u{2069}"],
    ["an Arabic letter mark", "\u061c", "\\u{61c}"],
    ["a zero-width space and a byte order mark", "\u200b\ufeff", "\\u{200b}\\u{feff}"],
    ["separators of lines and paragraphs", "\u2028\u2029", "\\u{2028}\\u{2029}"],
    ["a tag character beyond the first plane", "\u{e0041}", "\\u{e0041}"],
    ["half of a surrogate pair", "\ud800", "\\u{d800}"],
  ])("spells out %s", (_what, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it("leaves ordinary text unchanged", () => {
    const text = 'Größe "源pod" · … 🙂 C:\\new';
    expect(visible(text)).toBe(text);
  });

  it("keeps JSON valid and its values the same", () => {
    const value = { a: "\u001b\u009b\u202e\u{e0041}\u2028\n" };
    const line = `${JSON.stringify(value)}\n`;
    expect(visibleJson(line)).toBe(
      String.raw`{"a":"\u001b\u009b\u202e\udb40\udc41\u2028\n"}` + "\n",
    );
    expect(JSON.parse(visibleJson(line))).toEqual(value);
  });

  it("keeps the line breaks of a text of several lines, and no others", () => {
    expect(visibleLines("one\ntwo\u2028\r\u001b")).toBe("one\ntwo\\u{2028}\\r\\u{1b}");
  });
});
