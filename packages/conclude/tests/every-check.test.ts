import {
  type Check,
  CHECKS,
  type Finding,
  type RoundHead,
  TARGET_TYPES,
  type TargetType,
} from "@netchecker/contract";
import type { ClusterView } from "@netchecker/round/cluster-view";
import { planRound } from "@netchecker/round/plan-round";
import {
  aClosedRound,
  aPod,
  aView,
  between,
  failing,
  type Fault,
  into,
  nodeName,
  seeded,
  SETTINGS,
  under,
  way,
  withCheck,
} from "@netchecker/round/testing/a-round";
import { describe, expect, it } from "vitest";
import { conclude, emptyMemory, giveVerdict } from "../src/index.ts";

interface Asked {
  readonly type: TargetType;
  readonly check: Check;
}

/** A check that the contract does not have. No rule can know it. */
const NOVEL = "novel" as Check;
const OF_CONTRACT: readonly Asked[] = TARGET_TYPES.flatMap((type) =>
  CHECKS[type].map((check) => ({ type, check })),
);
const ALL: readonly Asked[] = [
  ...OF_CONTRACT,
  ...TARGET_TYPES.map((type) => ({ type, check: NOVEL })),
];

const NODES = 6;
const ROUNDS = 5;
const FAILED = failing("response_timeout");

/** A plan that asks for the check. It has one external target, because one of two that fails at a node is no alarm. */
function planFor({ type, check }: Asked, view: ClusterView) {
  const external = check === "http" ? "https://outside.example/" : "outside.example:443";
  const plan = planRound(view, { ...SETTINGS, externalTargets: [external] });
  return check === NOVEL ? withCheck(plan, type, check) : plan;
}

interface Told {
  readonly verdict: string;
  readonly findings: readonly Finding[];
  /** Findings that are an alarm, in short. */
  readonly alarms: readonly string[];
}

/** What is told after some rounds with the same faults. */
function told(asked: Asked, faults: readonly Fault[], view = aView(NODES), silent: string[] = []) {
  let memory = emptyMemory();
  let previous: RoundHead | null = null;
  let said: Told = { verdict: "", findings: [], alarms: [] };
  for (let id = 1; id <= ROUNDS; id += 1) {
    const plan = planFor(asked, view);
    const round = aClosedRound(view, { finds: under(...faults), plan, silent, run: { id } });
    const { findings, memory: followed } = conclude(round, view, memory);
    const given = giveVerdict({ ...round, findings }, followed, { previous, intervalMs: 60_000 });
    memory = given.memory;
    previous = given.round.head;
    const alarms = findings
      .filter(({ severity, planned }) => severity !== "info" && !planned)
      .map(({ kind, nodes, peers }) => `${kind} [${nodes.join()}] [${peers.join()}]`);
    said = { verdict: previous.verdict!.verdict, findings, alarms };
  }
  return said;
}

const failsWhere =
  (asked: Asked, isHit: (from: string, to: string | null) => boolean): Fault =>
  (target, from) =>
    target.check === asked.check && isHit(from, target.node) ? FAILED : null;

const isBetweenNodes = ({ type }: Asked) => type === "pod" || type === "node";
const namesOnly = (node: string) => [expect.stringMatching(new RegExp(`^[a-z-]+ \\[${node}\\] `))];

describe.each(ALL)("the $type check $check", (asked) => {
  it("is planned", () => {
    const targets = planFor(asked, aView(NODES)).targets[asked.type];
    expect(targets.some(({ check }) => check === asked.check)).toBe(true);
  });

  it("is an alarm that names the node if it fails from one node", () => {
    const { verdict, alarms } = told(asked, [failsWhere(asked, (from) => from === "node-3")]);
    expect(alarms).toEqual(namesOnly("node-3"));
    expect(verdict).toBe("failing");
  });

  it("is an alarm about the whole cluster if it fails everywhere", () => {
    const { verdict, alarms } = told(asked, [failsWhere(asked, () => true)]);
    expect(alarms).toEqual(namesOnly(""));
    expect(verdict).toBe("failing");
  });
});

describe.each(ALL.filter(isBetweenNodes))("the $type check $check, between nodes", (asked) => {
  it("is an alarm that names the node if it fails towards one node", () => {
    const { verdict, alarms } = told(asked, [failsWhere(asked, (_, to) => to === "node-3")]);
    expect(alarms).toEqual(namesOnly("node-3"));
    expect(verdict).toBe("failing");
  });

  it("is not ok if it fails between two nodes", () => {
    const pair = failsWhere(asked, (from, to) => from === "node-2" && to === "node-4");
    expect(told(asked, [pair]).verdict).toMatch(/^(degraded|failing)$/);
  });
});

describe("a check that no rule names", () => {
  const novel: Asked = { type: "pod", check: NOVEL };
  const novelBetween = (isHit: (from: string, to: string) => boolean) =>
    between(isHit, FAILED, [NOVEL]);

  it("names itself, the node and the direction", () => {
    const [finding] = told(novel, [novelBetween(into(3))]).findings;
    expect(finding).toMatchObject({
      kind: "check-failed",
      target: NOVEL,
      direction: "in",
      summary: expect.stringMatching(
        /^node-3: the check novel fails towards it \(5 of 5 probes\);/,
      ),
    });
  });

  it("is an alarm about the pair if it fails from one node to another, also in a large mesh", () => {
    const pairs = [way(2, 4), way(30, 50)].map((isHit) => novelBetween(isHit));
    expect(told(novel, pairs.slice(0, 1)).alarms).toEqual(["check-failed [node-2] [node-4]"]);
    expect(told(novel, pairs, aView(60)).alarms.toSorted()).toEqual([
      "check-failed [node-2] [node-4]",
      "check-failed [node-30] [node-50]",
    ]);
  });

  it("is an alarm about two groups if it fails between them", () => {
    const side = new Set([1, 2, 3].map(nodeName));
    const groups = novelBetween((from, to) => side.has(from) !== side.has(to));
    expect(told(novel, [groups]).alarms).toEqual([
      "check-failed [node-1,node-2,node-3] [node-4,node-5,node-6]",
    ]);
  });

  it("is an alarm about one address family if it fails in that one only", () => {
    const view = aView(NODES);
    const pods = view.pods.map(({ app, node }) => {
      const index = Number(node!.slice("node-".length));
      const { ips } = aPod(app, index);
      return aPod(app, index, { ips: [...ips, `fd00:${app === "ping" ? 1 : 2}::${index}`] });
    });
    const overIpv6: Fault = ({ check, node, address }) =>
      check === NOVEL && node === "node-3" && address!.startsWith("[") ? FAILED : null;
    const { alarms, findings } = told(novel, [overIpv6], { ...view, pods });
    expect(alarms).toEqual(["check-failed [node-3] []"]);
    expect(findings[0]!.summary).toContain("fails towards it over IPv6");
  });

  it("adds nothing to a fault that the other checks show as well", () => {
    const everyCheck = between(into(3), failing("connect_timeout"), [
      "echo",
      "tcp",
      "nodeport",
      NOVEL,
    ]);
    const { alarms } = told(novel, [everyCheck], aView(NODES), ["node-3"]);
    expect(alarms).toEqual(["node-down [node-3] []"]);
    const pods = between(into(3), failing("connect_timeout"), ["echo", NOVEL]);
    expect(told(novel, [pods]).alarms).toEqual(["pod-network [node-3] []"]);
  });

  it("adds nothing to a pong that answers now and then", () => {
    const random = seeded(5);
    const busy: Fault = ({ node, check }) =>
      node === "node-3" && check !== "tcp" && random() < 0.4 ? failing("bad_status") : null;
    expect(told(novel, [busy], aView(12)).alarms).toEqual(["pong [node-3] []"]);
  });

  it("changes nothing that the other checks tell", () => {
    const faults = [between(into(5), failing("connect_timeout"), ["echo"])];
    const [alone] = told(novel, faults).findings;
    const { findings } = told(novel, [...faults, novelBetween(into(2))]);
    expect(findings.map(({ kind, nodes }) => `${kind} ${nodes.join()}`)).toEqual([
      "pod-network node-5",
      "check-failed node-2",
    ]);
    expect(findings[0]!.summary).toBe(alone!.summary);
  });
});
