import { describe, expect, it } from "vitest";
import { CUT_REPLY, ReplyLimiter } from "./limit-replies.ts";

const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const LIMIT = 10;
const CUT = bulk(CUT_REPLY);

/** What the limiter lets through of a text that arrives in pieces of `pieceBytes` bytes. */
function letIn(text: string, pieceBytes: number): string {
  const limiter = new ReplyLimiter(() => LIMIT);
  const all = Buffer.from(text, "latin1");
  const kept: Buffer[] = [];
  for (let at = 0; at < all.length; at += pieceBytes)
    kept.push(Buffer.from(limiter.take(all.subarray(at, at + pieceBytes))));
  return Buffer.concat(kept).toString("latin1");
}

const LONG = "x".repeat(LIMIT + 1);
const FITS = "x".repeat(LIMIT);

const CASES: readonly (readonly [what: string, sent: string, letIn: string])[] = [
  ["simple replies", "+OK\r\n:1\r\n-ERR no\r\n_\r\n", "+OK\r\n:1\r\n-ERR no\r\n_\r\n"],
  ["no value", "$-1\r\n*-1\r\n+OK\r\n", "$-1\r\n*-1\r\n+OK\r\n"],
  ["a bulk string that fits", bulk(FITS), bulk(FITS)],
  ["one byte more", bulk(LONG), CUT],
  [
    "a message that is too large, and what comes after it",
    `>3\r\n${bulk("message")}${bulk("a")}${bulk(LONG)}>3\r\n${bulk("message")}${bulk("a")}${bulk("b")}`,
    `>3\r\n${bulk("message")}${bulk("a")}${CUT}>3\r\n${bulk("message")}${bulk("a")}${bulk("b")}`,
  ],
  ["two in a row", bulk(LONG) + bulk(LONG) + bulk("a"), CUT + CUT + bulk("a")],
  [
    "what looks like a header inside of one",
    bulk("$99\r\n") + bulk("\r\n"),
    bulk("$99\r\n") + bulk("\r\n"),
  ],
  ["what looks like a header in a line", "+a $99 b\r\n$1\r\na\r\n", "+a $99 b\r\n$1\r\na\r\n"],
  [
    "verbatim strings and bulk errors",
    `=15\r\ntxt:${LONG}\r\n!${LONG.length}\r\n${LONG}\r\n`,
    CUT + CUT,
  ],
  ["empty ones", bulk("") + bulk(""), bulk("") + bulk("")],
];

describe("a limiter of replies", () => {
  for (const pieceBytes of [1, 2, 3, 7, 1_000])
    it.each(CASES)(`lets in, in pieces of ${pieceBytes} bytes: %s`, (_what, sent, kept) => {
      expect(letIn(sent, pieceBytes)).toBe(kept);
    });

  it("keeps nothing of a value that it does not let through", () => {
    const limiter = new ReplyLimiter(() => LIMIT);
    limiter.take(Buffer.from("$1000000000\r\n"));
    const piece = Buffer.alloc(64 * 1024);
    for (let times = 0; times < 1_000; times += 1) expect(limiter.take(piece)).toHaveLength(0);
  });
});
