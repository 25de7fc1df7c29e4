import { expect, it } from "vitest";
import { limitsWithin } from "./limits-within.ts";

const MIB = 1024 * 1024;

it.each([
  ["the base", 192 * MIB, 14, 76, 614],
  ["a large cluster", 768 * MIB, 48, 256, 1_024],
  ["no limit", 0, 48, 256, 1_024],
  ["a limit that is none", 2 ** 63, 48, 256, 1_024],
  ["next to nothing", 32 * MIB, 12, 32, 256],
])("the limits for clients fit into %s", (_what, memory, mib, readers, connections) => {
  const { limits, maxConnections } = limitsWithin(memory);
  expect([limits.allSharedBytes / MIB, limits.readers, maxConnections]).toEqual([
    expect.closeTo(mib, 0),
    readers,
    connections,
  ]);
});
