import type { Finding } from "@netchecker/contract";
import { describe, expect, it } from "vitest";
import {
  aClosedRound,
  aNode,
  aPod,
  aView,
  between,
  failing,
  type Fault,
  fromNodes,
  nodeName,
  under,
} from "@netchecker/round/testing/a-round";
import type { ClusterView, NodeRecord } from "@netchecker/round/cluster-view";
import { conclude, decodeMemory, emptyMemory } from "../conclude.ts";

const N = nodeName;
const ZONE = "topology.kubernetes.io/zone";
const SINCE = Date.parse("2026-11-22T23:50:03.000Z");
const UNKNOWN: Partial<NodeRecord> = {
  ready: false,
  readiness: { status: "Unknown", since: SINCE, reason: "NodeStatusUnknown", message: "" },
};

interface Told {
  readonly nodes?: Readonly<Record<number, Partial<NodeRecord>>>;
  /** The nodes without pods. */
  readonly gone?: readonly number[];
}

/** Rounds of one cluster with four nodes in each zone. */
function rounds(size: number) {
  let memory = emptyMemory();
  let id = 0;
  return (
    dead: readonly number[],
    told: Told = {},
    { faults = [], silent = dead }: { faults?: readonly Fault[]; silent?: readonly number[] } = {},
  ): Finding[] => {
    id += 1;
    const all = Array.from({ length: size }, (_, i) => i + 1);
    const view: ClusterView = aView(size, {
      nodes: all.map((n) =>
        aNode(n, { labels: { [ZONE]: "abc"[Math.floor((n - 1) / 4)]! }, ...told.nodes?.[n] }),
      ),
      pods: all.flatMap((n) => (told.gone?.includes(n) ? [] : [aPod("ping", n), aPod("pong", n)])),
    });
    const into = new Set(dead.map(N));
    const finds = under(
      ...faults,
      between((_, to) => into.has(to)),
    );
    const round = aClosedRound(view, { finds, silent: silent.map(N), run: { id } });
    const concluded = conclude(round, view, memory);
    memory = decodeMemory(JSON.stringify(concluded.memory))!;
    return [...concluded.findings];
  };
}

const brief = (findings: readonly Finding[]) =>
  findings.map(({ id, kind, severity, state, planned }) => ({
    id,
    kind,
    severity,
    state,
    planned,
  }));

describe("the finding of a node that died", () => {
  it("is the same one until the node is back, whenever Kubernetes notices", () => {
    const next = rounds(6);
    next([]);
    const [first, ...others] = next([3]);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ kind: "node-down", severity: "critical", state: "new" });
    const same = {
      id: first!.id,
      kind: "node-down",
      severity: "critical",
      state: "ongoing",
      planned: false,
    };
    expect(brief(next([3], { nodes: { 3: UNKNOWN } }))).toEqual([same]);
    for (let round = 0; round < 30; round += 1)
      expect(brief(next([3], { nodes: { 3: UNKNOWN }, gone: [3] }))).toEqual([same]);
    const [over, ...rest] = next([]);
    expect(rest).toEqual([]);
    expect(over).toMatchObject({ id: first!.id, state: "recovered", severity: "info", rounds: 32 });
  });

  it("is shown as planned while the node is cordoned, and is an alarm again after that", () => {
    const next = rounds(6);
    const [first] = next([3]);
    next([3], { nodes: { 3: UNKNOWN } });
    const [cordoned, ...others] = next([3], { nodes: { 3: { ...UNKNOWN, cordoned: true } } });
    expect(others).toEqual([]);
    expect(cordoned).toMatchObject({ id: first!.id, severity: "info", planned: true });
    expect(cordoned!.summary).toBe(
      "node-3: not reached (5 of 5), as planned: the node is cordoned.",
    );
    expect(next([3], { nodes: { 3: UNKNOWN } })[0]).toMatchObject({
      id: first!.id,
      severity: "critical",
      planned: false,
    });
  });
});

describe("the finding of a kubelet that died", () => {
  const port = between((from, to) => to === N(3) && from !== to, failing("connect_timeout"), [
    "tcp",
  ]);
  const ports = between((from, to) => to === N(3) && from !== to, failing("connect_timeout"), [
    "tcp",
    "nodeport",
  ]);

  it("keeps its id when Kubernetes notices, and when the NodePort fails too", () => {
    const next = rounds(6);
    const [first] = next([], {}, { faults: [port] });
    expect(first).toMatchObject({ kind: "undetermined", severity: "info" });
    for (const faults of [[port], [ports], [ports]]) {
      const [only, ...others] = next([], { nodes: { 3: UNKNOWN } }, { faults });
      expect(others).toEqual([]);
      expect(only).toMatchObject({ id: first!.id, kind: "not-ready", severity: "warning" });
    }
    expect(next([])[0]).toMatchObject({ id: first!.id, state: "recovered" });
  });
});

describe("the finding of a zone that died", () => {
  const zone = [1, 2, 3, 4];
  const noticed = (some: readonly number[]) => ({
    nodes: Object.fromEntries(some.map((n) => [n, UNKNOWN])),
  });

  it("is an alarm in the first round, and stays one finding while Kubernetes notices node after node", () => {
    const next = rounds(12);
    next([]);
    const [first, ...others] = next(zone);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ severity: "critical", state: "new" });
    for (const some of [[1], [1, 2, 3], zone, zone])
      expect(brief(next(zone, noticed(some)))).toEqual([
        { ...brief([first!])[0], state: "ongoing" },
      ]);
    expect(next([])[0]).toMatchObject({ id: first!.id, state: "recovered" });
  });

  it("keeps its id when neighbours begin to say that the nodes are gone", () => {
    const next = rounds(12);
    const gone = between(
      (from, to) => !zone.map(N).includes(from) && zone.map(N).includes(to),
      failing("host_unreachable"),
    );
    const [first] = next(zone);
    const [second, ...others] = next(zone, {}, { faults: [gone] });
    expect(others).toEqual([]);
    expect(second).toMatchObject({ id: first!.id, kind: "node-down", severity: "critical" });
  });

  it("replaces the finding of its first node, which does not count as recovered", () => {
    const next = rounds(12);
    const [first] = next([1]);
    const findings = next(zone);
    expect(findings.filter(({ state }) => state === "recovered")).toEqual([]);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ id: first!.id, severity: "critical" });
  });

  it("replaces the findings of several of its nodes, none of which counts as recovered", () => {
    const next = rounds(12);
    expect(next([1, 2])).toHaveLength(2);
    const findings = next(zone);
    expect(findings.filter(({ state }) => state === "recovered")).toEqual([]);
    expect(findings).toHaveLength(1);
  });
});

describe("a round in which no agent reports", () => {
  const all = [1, 2, 3, 4, 5, 6];
  const silence = { faults: [], silent: all };

  it("is an alarm at once, ends no earlier finding, and is over when agents report", () => {
    const next = rounds(6);
    const pods = between((from, to) => to === N(2) && from !== to, failing("connect_timeout"), [
      "echo",
    ]);
    next([], {}, { faults: [pods] });
    const before = next([], {}, { faults: [pods] });
    expect(before[0]).toMatchObject({ kind: "pod-network", severity: "critical" });
    const during = next([], {}, silence);
    expect(during.map(({ kind, severity, state }) => `${kind} ${severity} ${state}`)).toEqual([
      "pod-network critical ongoing",
      "no-report critical new",
    ]);
    const after = next([], {}, { faults: [pods], silent: [3, 4, 5] });
    expect(after.find(({ kind }) => kind === "no-report")).toMatchObject({ state: "recovered" });
    expect(after.find(({ kind }) => kind === "pod-network")).toMatchObject({ id: before[0]!.id });
  });
});

describe("a finding about several nodes that falls apart", () => {
  const kubelets = (...dead: readonly number[]): Fault =>
    between((_, to) => dead.map(N).includes(to), failing("connection_refused"), ["tcp"]);
  const told = { nodes: Object.fromEntries([2, 4, 7].map((n) => [n, UNKNOWN])) };
  const notReady = (findings: readonly Finding[]) =>
    findings
      .filter(({ kind, planned }) => kind === "not-ready" && !planned)
      .map(({ nodes, severity, state, since }) => [nodes.join(), severity, state, since.round]);

  it("continues at each node that is left, as an alarm with the same onset", () => {
    const next = rounds(12);
    next([], told, { faults: [kubelets(2, 4, 7)] });
    expect(notReady(next([], told, { faults: [kubelets(2, 4, 7)] }))).toEqual([
      ["node-2,node-4,node-7", "warning", "ongoing", 1],
    ]);
    const back = { nodes: { 4: UNKNOWN, 7: UNKNOWN } };
    for (let more = 0; more < 2; more += 1)
      expect(notReady(next([], back, { faults: [kubelets(4, 7)] }))).toEqual([
        ["node-4", "warning", "ongoing", 1],
        ["node-7", "warning", "ongoing", 1],
      ]);
  });

  it("does not count as recovered when it becomes part of a larger finding", () => {
    const next = rounds(12);
    const two = { nodes: { 2: UNKNOWN, 4: UNKNOWN } };
    for (let more = 0; more < 2; more += 1) next([], two, { faults: [kubelets(2, 4)] });
    const joined = next([], told, { faults: [kubelets(2, 4, 7)] });
    expect(joined.map(({ nodes, state }) => [nodes.join(), state])).toEqual([
      ["node-2,node-4,node-7", "ongoing"],
    ]);
  });

  it("keeps the zone's onset at the single nodes that are left", () => {
    const next = rounds(12);
    next([5, 6, 7, 8]);
    const left = next([6, 8]).filter(({ kind }) => kind === "node-down");
    expect(left.map(({ nodes, since }) => [nodes.join(), since.round])).toEqual([
      ["node-6", 1],
      ["node-8", 1],
    ]);
  });
});

describe("a node that comes back while a round is open", () => {
  const notReached = between(
    (from, to) => to === N(3) && from !== N(3),
    failing("connect_timeout"),
  );

  it("is not called cut off, though the others did not reach it", () => {
    const next = rounds(6);
    const [down] = next([3]);
    const [back, ...others] = next([], {}, { faults: [notReached] });
    expect(others).toEqual([]);
    expect(back).toMatchObject({ kind: "undetermined", severity: "info", id: down!.id });
    expect(back!.summary).toBe(
      "node-3: no node reached it (5 of 5) when they probed it, and then its agent reported: it is coming back, most likely. Watch whether it stays.",
    );
    expect(next([])).toMatchObject([{ id: down!.id, state: "recovered" }]);
  });

  it("is recognised by its new boot id if it was away for less than a round", () => {
    const next = rounds(6);
    next([]);
    const booted = { nodes: { 3: { bootId: "another" } } };
    expect(next([], booted, { faults: [notReached] })).toMatchObject([
      { kind: "undetermined", severity: "info" },
    ]);
  });

  it("is an alarm if it was not reached in the round before either", () => {
    const next = rounds(6);
    const refuses = between(
      (from, to) => to === N(3) && from !== N(3),
      failing("connection_refused"),
    );
    const silent = [3];
    expect(next([], {}, { faults: [refuses], silent })).toMatchObject([{ severity: "info" }]);
    expect(next([], {}, { faults: [refuses] })).toMatchObject([{ severity: "info" }]);
    expect(next([], {}, { faults: [refuses], silent })).toMatchObject([{ severity: "warning" }]);
  });

  it("is called cut off if the others still do not reach it one round later", () => {
    const next = rounds(6);
    next([3]);
    next([], {}, { faults: [notReached] });
    expect(next([], {}, { faults: [notReached] })).toMatchObject([
      { kind: "node-cut-off", direction: "in" },
    ]);
  });
});

describe("many nodes that are left out", () => {
  it("are a warning from the first round on, and end when they are back", () => {
    const next = rounds(12);
    const told = { nodes: Object.fromEntries([1, 2, 5, 6, 9].map((n) => [n, { cordoned: true }])) };
    expect(next([], told)).toMatchObject([
      { kind: "left-out", severity: "warning", planned: true },
    ]);
    expect(next([])).toMatchObject([{ kind: "left-out", state: "recovered" }]);
  });
});

describe("DNS beside a node that died", () => {
  const noDns = fromNodes(() => true, ["dns"], failing("dns_failure"));

  it("is an alarm while no node gets an answer", () => {
    const next = rounds(6);
    next([3], {}, { faults: [noDns] });
    for (const told of [{}, { nodes: { 3: UNKNOWN } }]) {
      const findings = next([3], told, { faults: [noDns] });
      expect(findings.map(({ kind, severity }) => [kind, severity])).toEqual([
        ["node-down", "critical"],
        ["dns", "critical"],
      ]);
    }
  });
});
