import { describe, expect, it } from "vitest";
import { aNode, aView, nodeName } from "@netchecker/round/testing/a-round";
import { causesOf, inShort } from "../../tests/support/some-causes.ts";

const all = (nodes: number) => Array.from({ length: nodes }, (_, i) => nodeName(i + 1));

describe("a round in which no agent reported", () => {
  it("is one critical finding, not one for each node", () => {
    for (const nodes of [1, 2, 12, 40]) {
      const [only, ...others] = causesOf(nodes, [], { silent: all(nodes) });
      expect(others).toEqual([]);
      expect(only).toMatchObject({ kind: "no-report", severity: "critical", nodes: [] });
    }
    expect(causesOf(12, [], { silent: all(12) })[0]!.summary).toBe(
      "All nodes: no agent reported (12 of 12 that should), so nothing was measured: 12 said nothing. Look at Redis and the agents' way to it, then at what filters the overlay's packets between nodes (VXLAN: UDP 8472 or 4789, Geneve: 6081, WireGuard, IP in IP).",
    );
  });

  it("looks at the pods where there are none that could report", () => {
    const view = aView(4);
    const problem = "ImagePullBackOff: no such image";
    const pods = view.pods.map((pod) =>
      pod.app === "ping" && pod.name !== "ping-1"
        ? { ...pod, ready: false, ips: [], problem }
        : pod,
    );
    const [only, ...others] = causesOf(4, [], { view: { ...view, pods }, silent: [nodeName(1)] });
    expect(others).toEqual([]);
    expect(only!.summary).toBe(
      `All nodes: no agent reported (4 of 4 that should), so nothing was measured: 1 said nothing, 3 have no ready ping pod (${problem}). Look at the ping pods and their DaemonSet.`,
    );
  });

  it("is no finding where all are planned to be away", () => {
    const view = aView(4, { nodes: [1, 2, 3, 4].map((n) => aNode(n, { cordoned: true })) });
    const kinds = causesOf(4, [], { view, silent: all(4) }).map(({ kind }) => kind);
    expect(kinds).not.toContain("no-report");
  });

  it("is Redis' fault, not the agents', where Redis is away", () => {
    expect(inShort(4, [], { silent: all(4), redisAway: true })).toEqual([
      "info undetermined [] [] null reporting",
    ]);
  });

  it("is not said where one reports", () => {
    const kinds = causesOf(4, [], { silent: all(4).slice(1) }).map(({ kind }) => kind);
    expect(kinds).toEqual(["agent-silent"]);
  });
});
