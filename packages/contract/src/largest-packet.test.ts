import { expect, test } from "vitest";
import { readLargestPacket, sayLargestPacket } from "./largest-packet.ts";

test("the largest packet is read as it was said", () => {
  for (const bytes of [576, 1_280, 9_000])
    expect(readLargestPacket(sayLargestPacket(bytes))).toBe(bytes);
});

test("nothing is read from another detail", () => {
  for (const detail of [
    undefined,
    "",
    "ETIMEOUT",
    "packets of up to 1e9 bytes pass",
    "packets of up to 9999999 bytes pass",
  ])
    expect(readLargestPacket(detail)).toBeNull();
});
