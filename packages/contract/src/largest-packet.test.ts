import { expect, test } from "vitest";
import { readLargestPacket, sayLargestPacket } from "./largest-packet.ts";

test("readLargestPacket gives the number that sayLargestPacket was given", () => {
  for (const bytes of [576, 1_280, 9_000])
    expect(readLargestPacket(sayLargestPacket(bytes))).toBe(bytes);
});

test("readLargestPacket gives null for any other detail", () => {
  for (const detail of [
    undefined,
    "",
    "ETIMEOUT",
    "packets of up to 1e9 bytes pass",
    "packets of up to 9999999 bytes pass",
  ])
    expect(readLargestPacket(detail)).toBeNull();
});
