import { describe, expect, it } from "vitest";
import {
  aNode,
  aPod,
  aView,
  between,
  failing,
  nodeName,
  seeded,
} from "@netchecker/round/testing/a-round";
import { causesOf } from "../../tests/support/some-causes.ts";
import type { ClusterView, NodeRecord } from "@netchecker/round/cluster-view";

const N = nodeName;
const ZONE = "topology.kubernetes.io/zone";
const RACK = "topology.kubernetes.io/rack";
const TYPE = "node.kubernetes.io/instance-type";
/** A little before the test rounds begin, 2026-11-22T23:51:10Z. */
const SINCE = Date.parse("2026-11-22T23:50:03.000Z");
const unknown = (since = SINCE): Partial<NodeRecord> => ({
  ready: false,
  readiness: { status: "Unknown", since, reason: "NodeStatusUnknown", message: "" },
});

type Neighbours = "connect_timeout" | "host_unreachable";

/** Nodes of which some are dead: what each is told to be, and what those that live find. */
function dying(
  nodes: number,
  dead: readonly number[],
  neighbours: Neighbours,
  nodeOf: (n: number) => Partial<NodeRecord>,
  view: ClusterView = aView(nodes),
) {
  const isDead = new Set(dead.map(N));
  const told = {
    ...view,
    nodes: Array.from({ length: nodes }, (_, i) => aNode(i + 1, nodeOf(i + 1))),
  };
  const fault = between((_, to) => isDead.has(to), failing(neighbours));
  const causes = causesOf(nodes, [fault], { view: told, silent: [...isDead] });
  return causes.map((cause) => ({
    ...cause,
    // Whichever side is which: those that are heard are not meant.
    dead: [...cause.nodes, ...cause.peers].filter((node) => isDead.has(node)),
  }));
}

const zoneOf = (n: number, size = 4) => "abcdefgh"[Math.floor((n - 1) / size)]!;
const inZone = (n: number) => ({ labels: { [ZONE]: zoneOf(n) } });
const ZONE_A = [1, 2, 3, 4];

describe("a zone of 4 of 12 nodes that dies", () => {
  it.each(["connect_timeout", "host_unreachable"] as const)(
    "is one critical finding that names it, where neighbours find %s",
    (neighbours) => {
      const [only, ...others] = dying(12, ZONE_A, neighbours, inZone);
      expect(others).toEqual([]);
      expect(only).toMatchObject({ severity: "critical", dead: ZONE_A.map(N), planned: false });
      expect(only!.summary).toMatch(/^zone a \(node-1, node-2, node-3, node-4\): 4 nodes /);
      expect(only!.summary).toContain("(32 of 32 pairs)");
      expect(only!.summary).not.toContain("within each side");
      expect([only!.kind, ...only!.candidates]).toContain("node-down");
    },
  );

  it("says how many of them Kubernetes calls NotReady, and since when", () => {
    const noticed = (some: number) => (n: number) => ({
      ...inZone(n),
      ...(n <= some ? unknown(SINCE + n * 1000) : {}),
    });
    const said = (some: number) =>
      dying(12, ZONE_A, "connect_timeout", noticed(some)).map(({ summary }) => summary);
    expect(said(0)).toEqual([expect.stringContaining(" Kubernetes still calls them Ready.")]);
    expect(said(1)).toEqual([
      expect.stringContaining(
        " Kubernetes has called one of them, node-1, NotReady since 23:50:04 UTC.",
      ),
    ]);
    expect(said(3)).toEqual([
      expect.stringContaining(
        " Kubernetes has called 3 of the 4 NotReady since 23:50:04 UTC, the first of them.",
      ),
    ]);
    expect(said(4)).toEqual([
      expect.stringContaining(" Kubernetes has called them NotReady since 23:50:04 UTC, "),
    ]);
  });

  it.each(["connect_timeout", "host_unreachable"] as const)(
    "is that also where one of its nodes was cordoned before, and neighbours find %s",
    (neighbours) => {
      const causes = dying(12, ZONE_A, neighbours, (n) => ({ ...inZone(n), cordoned: n === 2 }));
      expect(causes.map(({ severity, planned, dead }) => [severity, planned, dead])).toEqual([
        ["critical", false, [N(1), N(3), N(4)]],
        ["info", true, [N(2)]],
      ]);
      expect(causes[0]!.summary).toMatch(/^zone a \(node-1, node-3, node-4\): 3 nodes /);
    },
  );

  it("is that also where the pods of its nodes have been taken away", () => {
    const view = aView(12);
    const pods = view.pods.filter(({ node }) => !ZONE_A.map(N).includes(node!));
    const nodeOf = (n: number) => ({ ...inZone(n), ...(n <= 4 ? unknown() : {}) });
    const [only, ...others] = dying(12, ZONE_A, "connect_timeout", nodeOf, { ...view, pods });
    expect(others).toEqual([]);
    expect(only).toMatchObject({ severity: "critical", dead: ZONE_A.map(N) });
    expect(only!.summary).toContain("zone a");
  });

  it("does not take along a node that has been dead for hours", () => {
    const nodeOf = (n: number) => ({
      ...inZone(n),
      ...(n <= 4 ? unknown() : n === 9 ? unknown(SINCE - 7_200_000) : {}),
    });
    const causes = dying(12, [...ZONE_A, 9], "connect_timeout", nodeOf);
    expect(causes.map(({ dead }) => dead)).toEqual(expect.arrayContaining([ZONE_A.map(N), [N(9)]]));
    expect(causes).toHaveLength(2);
  });

  it("is no zone where one of its nodes is heard", () => {
    const causes = dying(12, [1, 2, 3], "connect_timeout", inZone);
    expect(causes.map(({ kind }) => kind)).toEqual(["node-down", "node-down", "node-down"]);
  });
});

describe("what dead nodes have in common", () => {
  it("is said of a rack, of an instance type, of two zones of three", () => {
    const racks = dying(12, [3, 7], "host_unreachable", (n) => ({
      labels: { [RACK]: n === 3 || n === 7 ? "r1" : "r2" },
    }));
    expect(racks.map(({ summary }) => summary)).toEqual([
      expect.stringMatching(/^rack r1 \(node-3, node-7\): 2 nodes are down/),
    ]);
    const types = dying(12, [1, 4, 6, 9], "host_unreachable", (n) => ({
      labels: { [TYPE]: [1, 4, 6, 9].includes(n) ? "large" : "small" },
    }));
    expect(types.map(({ summary }) => summary)).toEqual([
      expect.stringMatching(/^instance type large \(/),
    ]);
    for (const neighbours of ["connect_timeout", "host_unreachable"] as const) {
      const zones = dying(12, [1, 2, 3, 4, 5, 6, 7, 8], neighbours, inZone);
      expect(zones.map(({ summary }) => summary)).toEqual([
        expect.stringMatching(/^zone a and zone b \(.*: 8 nodes /),
      ]);
    }
  });

  it("is nothing where a node that lives has it too", () => {
    const [only] = dying(12, [1, 4, 6, 9], "host_unreachable", (n) => ({
      labels: { [TYPE]: [1, 4, 6, 9, 12].includes(n) ? "large" : "small" },
    }));
    expect(only!.summary).toMatch(/^node-1, node-4, node-6, node-9: 4 nodes are down/);
  });
});

describe("all but one that are silent", () => {
  it("are one critical finding of the one that reports, which says no more than that", () => {
    for (const noticed of [false, true]) {
      const dead = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
      const [only, ...others] = dying(12, dead, "connect_timeout", (n) =>
        noticed && n > 1 ? unknown() : {},
      );
      expect(others).toEqual([]);
      expect(only).toMatchObject({ kind: "node-cut-off", nodes: [N(1)], severity: "critical" });
      expect(only!.candidates).toEqual(["partition", "node-down"]);
      expect(only!.summary).toContain("it reaches none of the other nodes (11 of 11)");
      expect(only!.summary).not.toContain("no node reaches it");
      expect(only!.summary).not.toContain("though they report");
      expect(only!.summary.includes("Kubernetes has called them NotReady")).toBe(noticed);
    }
  });
});

describe("any set of nodes that dies", () => {
  const random = seeded(12);
  const pick = (size: number) => Math.floor(random() * size);
  const draws = Array.from({ length: 300 }, (_, draw) => {
    const nodes = 4 + pick(20);
    const zones = 1 + pick(4);
    const zone = (n: number) => `z${n % zones}`;
    const whole = random() < 0.4;
    const struck = `z${pick(zones)}`;
    const dead = Array.from({ length: nodes }, (__, i) => i + 1).filter((n) =>
      whole && zones > 1 ? zone(n) === struck : random() < 0.5,
    );
    return {
      draw,
      nodes,
      zone,
      // Somebody must live: else nobody tells.
      dead: dead.length === nodes ? dead.slice(1) : dead,
      cordoned: new Set(dead.filter(() => random() < 0.15)),
      noticed: new Set(dead.filter(() => random() < draw / 300)),
      gone: random() < 0.2,
      neighbours: (random() < 0.5 ? "connect_timeout" : "host_unreachable") as Neighbours,
      whole: whole && zones > 1,
    };
  }).filter(({ dead }) => dead.length > 0);

  it.each(draws)("is told as few findings, none of it muted (draw $draw)", (drawn) => {
    const { nodes, zone, dead, cordoned, noticed, gone, neighbours, whole } = drawn;
    const pods = Array.from({ length: nodes }, (_, i) => i + 1).flatMap((n) =>
      gone && noticed.has(n) ? [] : [aPod("ping", n), aPod("pong", n)],
    );
    const causes = dying(
      nodes,
      dead,
      neighbours,
      (n) => ({
        labels: { [ZONE]: zone(n) },
        cordoned: cordoned.has(n),
        ...(noticed.has(n) ? unknown() : {}),
      }),
      aView(nodes, { pods }),
    );
    const alarms = causes.filter(({ severity, planned }) => severity === "critical" && !planned);
    const unplanned = dead.filter((n) => !cordoned.has(n));
    const alone = nodes - dead.length === 1;
    if (unplanned.length > 0) expect(alarms.length).toBeGreaterThan(0);
    // One that is left and reaches nobody cannot say more than that.
    if (!alone)
      expect(new Set(alarms.flatMap((each) => each.dead))).toEqual(new Set(unplanned.map(N)));
    expect(alarms.length).toBeLessThanOrEqual(whole ? 1 : 4);
    const others = causes.filter(({ planned, severity }) => !planned && severity !== "critical");
    expect(others.map(({ kind }) => kind)).toEqual([]);
  });
});
