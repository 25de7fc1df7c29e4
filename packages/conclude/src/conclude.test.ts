import type { Finding } from "@netchecker/contract";
import { describe, expect, it } from "vitest";
import {
  aClosedRound,
  aNode,
  aView,
  between,
  failing,
  type Fault,
  fromNodes,
  under,
} from "@netchecker/round/testing/a-round";
import type { ClusterView } from "@netchecker/round/cluster-view";
import { conclude, type Conclusion, decodeMemory, emptyMemory } from "./conclude.ts";
import { RecordVersionError, UnreadableRecordError } from "@netchecker/round/record-version";

const N = (index: number) => `node-${index}`;
const podsInto = (n: number) =>
  between((from, to) => to === N(n) && from !== to, failing("connect_timeout"), ["echo"]);
const down = (n: number) => between((from, to) => to === N(n) && from !== to);

interface Round {
  readonly faults?: readonly Fault[];
  readonly silent?: readonly string[];
  readonly view?: ClusterView;
  readonly redisAway?: boolean;
}

/** Concludes rounds one after the other. The memory goes through JSON each time, as it does over a restart. */
class Rounds {
  readonly #view: ClusterView;
  #memory = emptyMemory();
  #id = 0;
  last!: Conclusion;

  constructor(nodes = 5) {
    this.#view = aView(nodes);
  }

  next({ faults = [], silent = [], view = this.#view, redisAway = false }: Round = {}) {
    this.#id += 1;
    const run = { id: this.#id, redisAway };
    const round = aClosedRound(view, { finds: under(...faults), silent, run });
    this.last = conclude(round, view, this.#memory);
    this.#memory = decodeMemory(JSON.stringify(this.last.memory));
    return this.#brief();
  }

  many(count: number, round: Round = {}) {
    for (let index = 0; index < count; index += 1) this.next(round);
    return this.#brief();
  }

  #brief() {
    return this.last.findings.map(
      ({ kind, nodes, state, severity }) => `${kind} ${nodes.join()} ${state} ${severity}`,
    );
  }

  get finding(): Finding {
    return this.last.findings[0]!;
  }
}

describe("findings over rounds", () => {
  it("alarm in the second round of three, keep their onset, and recover", () => {
    const rounds = new Rounds();
    const faults = [podsInto(3)];
    expect(rounds.next()).toEqual([]);
    expect(rounds.next({ faults })).toEqual(["pod-network node-3 new info"]);
    const { id } = rounds.finding;
    expect(rounds.last.changed).toMatchObject({ new: [id], alarmed: [] });
    expect(rounds.next({ faults })).toEqual(["pod-network node-3 ongoing critical"]);
    expect(rounds.last.changed).toMatchObject({ new: [], alarmed: [id] });
    expect(rounds.finding).toMatchObject({ id, since: { round: 2 }, rounds: 2 });
    expect(rounds.next()).toEqual(["pod-network node-3 recovered info"]);
    expect(rounds.last.changed.recovered).toEqual([id]);
    expect(rounds.many(9)).toEqual(["pod-network node-3 recovered info"]);
    expect(rounds.next()).toEqual([]);
  });

  it("alarm at once if a whole node is gone", () => {
    const rounds = new Rounds();
    expect(rounds.next({ faults: [down(3)], silent: [N(3)] })).toEqual([
      "node-down node-3 new critical",
    ]);
  });

  it("are forgotten without a recovery if they were there only once", () => {
    const rounds = new Rounds();
    rounds.next({ faults: [podsInto(3)] });
    expect(rounds.next()).toEqual([]);
    expect(rounds.last.changed.recovered).toEqual([]);
  });

  it("stay the same when more of the cause is seen", () => {
    const rounds = new Rounds();
    rounds.many(2, { faults: [podsInto(3)] });
    const { id } = rounds.finding;
    const out = between((from, to) => from === N(3) && to !== from, undefined, ["echo"]);
    rounds.next({ faults: [podsInto(3), out] });
    expect(rounds.finding).toMatchObject({ id, direction: "both", since: { round: 1 } });
  });

  it("stay the same while one of many agents is still missing", () => {
    const rounds = new Rounds(8);
    rounds.many(2, { silent: [N(1), N(2), N(3), N(4)] });
    const { id } = rounds.finding;
    rounds.next({ silent: [N(4), N(5), N(6), N(7)] });
    expect(rounds.finding).toMatchObject({ id, since: { round: 1 } });
    rounds.next({ silent: [N(4)] });
    expect(rounds.finding).toMatchObject({ id, nodes: [N(4)], since: { round: 1 } });
  });

  it("stay the same when a partition loses a node", () => {
    const rounds = new Rounds(8);
    const apart = (...some: string[]) =>
      between((from, to) => some.includes(from) !== some.includes(to));
    rounds.many(2, { faults: [apart(N(1), N(2), N(3))] });
    const { id } = rounds.finding;
    rounds.next({ faults: [apart(N(2), N(3))] });
    expect(rounds.finding).toMatchObject({ id, nodes: [N(2), N(3)], state: "ongoing" });
  });

  it("are not over in a round in which no agent could see them", () => {
    const rounds = new Rounds();
    const all = [1, 2, 3, 4, 5].map(N);
    rounds.many(2, { faults: [podsInto(3)] });
    rounds.next({ silent: all, redisAway: true });
    expect(rounds.last.findings.find(({ kind }) => kind === "pod-network")).toMatchObject({
      state: "ongoing",
      severity: "critical",
      lastSeen: { round: 2 },
    });
    const kubeProxy = fromNodes((from) => from === N(2), ["clusterip", "dns"]);
    rounds.many(2, { faults: [kubeProxy] });
    expect(rounds.next({ silent: [N(2)] })).toContain("cluster-ip node-2 ongoing critical");
    expect(rounds.next()).toContain("cluster-ip node-2 recovered info");
  });

  it("are over within two rounds, though one node had several of them in a row", () => {
    const rounds = new Rounds();
    const into2 = down(2);
    const outOf2 = between((from, to) => from === N(2) && to !== from);
    for (const faults of [[into2], [outOf2]]) {
      rounds.many(2, { faults });
      rounds.next();
    }
    rounds.many(2, { faults: [into2, outOf2], silent: [N(2)] });
    rounds.next({ silent: [N(2)] });
    rounds.next();
    expect(rounds.finding).toMatchObject({ kind: "node-down", state: "recovered", flaps: 2 });
  });

  it("flap when they come back twice", () => {
    const rounds = new Rounds();
    const faults = [podsInto(3)];
    rounds.many(2, { faults });
    for (let time = 0; time < 2; time += 1) {
      rounds.next();
      rounds.next({ faults });
    }
    expect(rounds.finding).toMatchObject({ state: "flapping", flaps: 2, severity: "critical" });
    expect(rounds.next()).toEqual(["pod-network node-3 flapping critical"]);
    expect(rounds.next()).toEqual(["pod-network node-3 recovered info"]);
  });

  it("list what changed at their nodes before", () => {
    const rounds = new Rounds();
    const view = aView(5);
    rounds.next();
    const nodes = view.nodes.map((node) =>
      node.name === N(3) ? aNode(3, { bootId: "another", kernelVersion: "6.13.0" }) : node,
    );
    rounds.next({ view: { ...view, nodes } });
    rounds.next({ view: { ...view, nodes }, faults: [podsInto(3)] });
    expect(rounds.finding.changes).toEqual(["node-3 rebooted", "node-3: kernel 6.12.0 → 6.13.0"]);
  });

  it("alarm for a single probe only if it keeps failing", () => {
    const rounds = new Rounds();
    const lone = between((from, to) => from === N(2) && to === N(4), undefined, ["echo"]);
    rounds.many(20);
    expect(rounds.next({ faults: [lone] })).toEqual(["unexplained node-2 new info"]);
    rounds.many(2, { faults: [lone] });
    rounds.many(2, { faults: [lone] });
    expect(rounds.last.findings).toContainEqual(
      expect.objectContaining({ kind: "route", nodes: [N(2)], peers: [N(4)], severity: "warning" }),
    );
  });

  it("alarm for DNS from a single node only if it keeps failing", () => {
    const rounds = new Rounds();
    const faults = [fromNodes((from) => from === N(2), ["dns"], failing("dns_failure"))];
    rounds.many(20);
    expect(rounds.next({ faults })).toEqual(["dns node-2 new info"]);
    expect(rounds.many(4, { faults })).toEqual(["dns node-2 ongoing warning"]);
  });
});

describe("decodeMemory", () => {
  it.each([
    "",
    "{",
    "null",
    "{}",
    "[]",
    '{"v":1}',
    '{"v":2,"findings":[]}',
    '{"v":2,"findings":[null]}',
  ])("refuses %j", (text) => {
    expect(() => decodeMemory(text)).toThrow(UnreadableRecordError);
  });

  it("refuses findings of another shape", () => {
    const rounds = new Rounds();
    rounds.next({ faults: [podsInto(3)] });
    const memory = JSON.parse(JSON.stringify(rounds.last.memory));
    memory.findings[0].finding.kind = "gremlins";
    expect(() => decodeMemory(JSON.stringify(memory))).toThrow(UnreadableRecordError);
  });

  it("converts a memory of version 1: each finding keeps id, onset, marks and state", () => {
    const rounds = new Rounds();
    for (let round = 0; round < 3; round += 1) rounds.next({ faults: [podsInto(3)] });
    const memory = JSON.parse(JSON.stringify(rounds.last.memory));
    const before = structuredClone(memory);
    memory.v = 1;
    delete memory.recentFailures;
    for (const { finding } of memory.findings) {
      finding.expected = finding.planned;
      delete finding.planned;
    }
    expect(memory.findings.length).toBeGreaterThan(0);
    expect(decodeMemory(JSON.stringify(memory))).toEqual({ ...before, recentFailures: [] });
  });

  it("keeps the failures of the last two rounds, and refuses too many of them", () => {
    const failures = (cells: number) => ({
      many: true,
      cells: Array.from({ length: cells }, (_, n) => `node-1|pong-${n}|echo`),
    });
    const memory = (...recentFailures: unknown[]) =>
      JSON.stringify({ ...emptyMemory(), recentFailures });
    const two = [failures(2_000), failures(1)];
    expect(decodeMemory(memory(...two)).recentFailures).toEqual(two);
    expect(() => decodeMemory(memory(failures(2_001)))).toThrow(UnreadableRecordError);
    expect(() => decodeMemory(memory(...two, failures(1)))).toThrow(UnreadableRecordError);
  });

  it("throws a RecordVersionError for a memory of a newer version", () => {
    const newer = JSON.stringify({ ...emptyMemory(), v: 3, findings: "of another kind" });
    expect(() => decodeMemory(newer)).toThrow(RecordVersionError);
  });
});
