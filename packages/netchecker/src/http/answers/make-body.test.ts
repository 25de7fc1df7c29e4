import { expect, it } from "vitest";
import { encodedStream } from "./make-body.ts";

const PIECES = 50;
const pieces = () => Array.from({ length: PIECES }, () => "x".repeat(64 * 1024));

it.each(["identity", "gzip"] as const)(
  "%s: others get a turn after each piece, even if a reader takes all pieces at once",
  async (encoding) => {
    let turns = 0;
    let next = setImmediate(function turn() {
      turns += 1;
      next = setImmediate(turn);
    });
    for await (const _ of encodedStream(pieces(), encoding)) void _;
    clearImmediate(next);
    expect(turns).toBeGreaterThanOrEqual(PIECES - 1);
  },
);
