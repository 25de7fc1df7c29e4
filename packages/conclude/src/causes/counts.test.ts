import { describe, expect, it } from "vitest";
import {
  aNode,
  aPod,
  aView,
  across,
  between,
  failing,
  type Fault,
  into,
  nodeName,
  outOf,
  TIMEOUT,
} from "@netchecker/round/testing/a-round";
import { causesOf } from "../../tests/support/some-causes.ts";
import type { NodeRecord } from "@netchecker/round/cluster-view";

const N = nodeName;
const TIMES_OUT = failing("connect_timeout");

/** Two address families: whatever fails between two nodes fails in both. */
const dual = (nodes: number, with_: (n: number) => Partial<NodeRecord> = () => ({})) => {
  const all = Array.from({ length: nodes }, (_, i) => i + 1);
  return aView(nodes, {
    nodes: all.map((n) => aNode(n, { addresses: [`192.168.0.${n}`, `fd00::${n}`], ...with_(n) })),
    pods: all.flatMap((n) => [
      aPod("ping", n),
      aPod("pong", n, { ips: [`10.2.0.${n}`, `fd01::${n}`] }),
    ]),
    service: {
      name: "pong-svc",
      uid: "pong-svc-uid",
      clusterIPs: ["10.96.0.10", "fd02::10"],
      ports: [{ port: 8080, nodePort: 32_088 }],
    },
  });
};
const own = (n: number) => (_: string, to: string) => to === N(n);

describe("counts in sentences", () => {
  it.each<[string, Fault[], string[], string]>([
    ["nodes, where a node is down", [between(into(3))], [N(3)], "(2 of 2)"],
    ["nodes, where a node is cut off inwards", [between(into(3))], [], "(2 of 2)"],
    ["nodes, where a node reaches none", [between(outOf(3))], [], "(2 of 2)"],
    ["nodes, where pods are not reached", [between(into(3), TIMES_OUT, ["echo"])], [], "(2 of 2)"],
    [
      "nodes, where a kubelet's port is dead",
      [between(into(3), TIMES_OUT, ["tcp"])],
      [],
      "(2 of 2)",
    ],
    ["nodes, where a NodePort is dead", [between(own(3), TIMES_OUT, ["nodeport"])], [], "(2 of 2)"],
    [
      "nodes, where a pong is dead",
      [between(own(3), failing("connection_refused"), ["echo", "nodeport"])],
      [],
      "does not answer 2 of 2 other nodes, nor its own;",
    ],
    [
      "nodes, where another pod answers",
      [between(into(3), failing("wrong_responder"), ["echo"])],
      [],
      "(2 of 3)",
    ],
    ["pairs, where none reaches another", [between((a, b) => a !== b)], [], "(6 of 6 pairs)"],
    [
      "pairs, where no pod reaches another",
      [between((a, b) => a !== b, TIMES_OUT, ["echo"])],
      [],
      "(6 of 6 pairs)",
    ],
    [
      "pairs, where no kubelet's port answers",
      [between((a, b) => a !== b, TIMES_OUT, ["tcp"])],
      [],
      "(6 of 6 pairs)",
    ],
  ])("are of %s, however many addresses they have", (_, faults, silent, counted) => {
    const [first] = causesOf(3, faults, { view: dual(3), silent });
    expect(first!.summary).toContain(counted);
  });

  it("are of pairs between groups, of nodes where a planned one is not reached", () => {
    const [apart] = causesOf(5, [between(across(1, 2))], { view: dual(5) });
    expect(apart!.summary).toContain("(6 of 6 pairs)");
    const cordoned = dual(5, (n) => ({ cordoned: n === 3 }));
    const [planned] = causesOf(5, [between(into(3))], { view: cordoned, silent: [N(3)] });
    expect(planned!.summary).toContain("not reached (4 of 4), as planned");
  });

  it("are of what was measured, where most agents did not report", () => {
    const silent = [4, 5, 6, 7, 8, 9].map(N);
    const [only] = causesOf(9, [between((a, b) => a !== b)], { silent });
    expect(only!.summary).toMatch(/\(24 of 24 pairs\), though 3 of them report\./);
  });
});

describe("what is said of all nodes", () => {
  it("is not said where one of twelve reports, and reaches nobody", () => {
    const silent = Array.from({ length: 11 }, (_, i) => N(i + 2));
    const [only, ...others] = causesOf(12, [between(across(1))], { silent });
    expect(others).toEqual([]);
    expect(only).toMatchObject({ kind: "node-cut-off", nodes: [N(1)] });
  });

  it("is not said of kubelets where some answer everybody", () => {
    const pods = [1, 2, 3].flatMap((n) => [aPod("ping", n), aPod("pong", n)]);
    const view = aView(200, { pods });
    const fault: Fault = ({ node, check }) =>
      check !== "clusterip" && check !== "dns" && node !== null && Number(node.slice(5)) > 3
        ? TIMEOUT
        : null;
    const causes = causesOf(200, [fault], { view });
    expect(causes.map(({ summary }) => summary)).not.toContainEqual(
      expect.stringContaining("All nodes"),
    );
    expect(causes.length).toBeLessThan(5);
    const named = new Set(causes.flatMap(({ nodes, peers }) => [...nodes, ...peers]));
    expect(named.has(N(150))).toBe(true);
  });
});
