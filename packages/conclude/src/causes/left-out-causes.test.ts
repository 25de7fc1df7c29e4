import { describe, expect, it } from "vitest";
import { aNode, aView, nodeName } from "@netchecker/round/testing/a-round";
import { causesOf } from "../../tests/support/some-causes.ts";
import type { NodeRecord } from "@netchecker/round/cluster-view";

const ZONE = "topology.kubernetes.io/zone";

/** Twelve nodes, four in each of three zones. */
const told = (with_: (n: number) => Partial<NodeRecord>, nodes = 12) => {
  const view = aView(nodes, {
    nodes: Array.from({ length: nodes }, (_, i) =>
      aNode(i + 1, { labels: { [ZONE]: "abc"[Math.floor(i / 4)]! }, ...with_(i + 1) }),
    ),
  });
  return causesOf(nodes, [], { view });
};

describe("many nodes that are planned to be away at once", () => {
  it("are one warning that is no fault, and says why", () => {
    const [only, ...others] = told((n) => ({
      cordoned: [1, 5, 6, 9].includes(n),
      deleting: n === 10,
    }));
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      kind: "left-out",
      severity: "warning",
      planned: true,
      nodes: [1, 5, 6, 9, 10].map(nodeName),
    });
    expect(only!.summary).toBe(
      "5 of 12 nodes are left out: 4 cordoned, 1 being deleted (node-1, node-5, node-6, node-9, node-10). What fails there is no alarm. Look at whether so many are meant to be away at once.",
    );
  });

  it("are told of the zone, where they are more than half of it", () => {
    const [only] = told((n) => ({ cordoned: n <= 3 }));
    expect(only!.summary).toMatch(/^3 of 4 nodes of zone a are left out: 3 cordoned \(/);
  });

  it.each([
    ["a third of all", (n: number) => ({ cordoned: [1, 4, 5, 9].includes(n) }), 12],
    ["half of a zone", (n: number) => ({ cordoned: n <= 2 }), 12],
    ["one of two nodes", (n: number) => ({ cordoned: n === 1 }), 2],
    [
      "nodes that are starting",
      (n: number) => ({ ready: n > 6, everReady: n > 6, createdAt: 9_999_000 }),
      12,
    ],
  ])("are not told of where they are no more than %s", (_, with_, nodes) => {
    expect(told(with_, nodes).filter(({ kind }) => kind === "left-out")).toEqual([]);
  });
});
