import { sayLargestPacket } from "@netchecker/contract";
import { describe, expect, it } from "vitest";
import {
  between,
  failing,
  type Fault,
  into,
  nodeName,
  outOf,
  way,
} from "@netchecker/round/testing/a-round";
import { causesOf } from "../../tests/support/some-causes.ts";

/**
 * Faults that lose large packets between some nodes. `bytes` is the largest size that gets through, or null if
 * unknown.
 */
function lost(isHit: (from: string, to: string) => boolean, bytes: number | null): Fault[] {
  const detail = bytes === null ? {} : { detail: sayLargestPacket(bytes) };
  return [
    between(isHit, failing("large_request_timeout", detail), ["echo"]),
    between((from, to) => isHit(to, from), failing("large_response_timeout", detail), ["echo"]),
  ];
}

const said = (...faults: readonly Fault[][]) =>
  causesOf(5, faults.flat()).map(({ summary }) => summary);

describe("a loss of large packets", () => {
  it("names the size that gets through, and the smallest one if agents found several", () => {
    const first = lost((from, to) => outOf(2)(from, to) && to === nodeName(4), 1_386);
    expect(said(first, lost(outOf(2), 1_400))).toEqual([
      "node-2: large packets from its pods are lost (4 of 4 nodes), those of up to 1386 bytes get through. Look at the MTU of node-2's interfaces and of its pod network.",
    ]);
    expect(said(lost(into(3), 1_450))[0]).toContain("those of up to 1450 bytes get through");
    expect(said(lost(way(1, 4), 1_372))[0]).toBe(
      "node-1 → node-4: large packets are lost, those of up to 1372 bytes get through. Look at the MTU on the path between them.",
    );
  });

  it("names no size if no agent found one", () => {
    expect(said(lost(into(3), null))[0]).toContain("small ones get through");
  });

  it("names the size for all nodes, too", () => {
    expect(said(lost((from, to) => from !== to, 1_380))[0]).toContain(
      "(20 of 20 pairs), those of up to 1380 bytes get through",
    );
  });
});
