import { isStarting, type PlannedWhy } from "@netchecker/contract";
import { describe, expect, it } from "vitest";
import { aPod, seeded } from "@netchecker/round/testing/a-round";
import type { PodRecord } from "./cluster-view.ts";
import { leavingTaint } from "./leaving-taints.ts";
import { plannedOfNode, plannedOfPod } from "./planned-why.ts";
import { type RememberedNode, rememberNode, type ToldReadiness } from "./remember-node.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const BORN = Date.parse("2026-11-28T20:00:00Z");
const SETTINGS = { nodeStartupMs: 600_000 };
const HISTORIES = 300;
const STEPS = 60;

const SYMPTOMS = [
  "node.kubernetes.io/not-ready",
  "node.kubernetes.io/unreachable",
  "node.kubernetes.io/network-unavailable",
  "node.kubernetes.io/memory-pressure",
  "DeletionCandidateOfClusterAutoscaler",
];
const SHUTS_DOWN = "node is shutting down";
const DECISIONS = ["ToBeDeletedByClusterAutoscaler", "karpenter.sh/disrupted"];

/** The true state of a node in a history, beside what Kubernetes tells of it. */
interface Told {
  status: ToldReadiness["status"];
  message: string;
  transitionAt: number;
  taints: string[];
  cordoned: boolean;
  deleting: boolean;
}

/** A node at one moment of its history, and what happened to it until then. */
interface Moment {
  readonly at: number;
  readonly node: RememberedNode;
  readonly pods: readonly PodRecord[];
  readonly told: Told;
  readonly becameReadyAt: readonly number[];
  readonly shutDownAt: number | null;
}

/** A random history of a node: its conditions, taints, cordons and pods over time, with or without decisions. */
function* history(seed: number, withDecisions: boolean): Generator<Moment> {
  const random = seeded(seed);
  const oneOf = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const chance = (share: number) => random() < share;
  let at = BORN;
  let shutDownAt: number | null = null;
  let known: RememberedNode | null = null;
  let knownUntil: number | null = null;
  const becameReadyAt: number[] = [];
  const told: Told = {
    status: chance(0.5) ? "False" : "True",
    message: "",
    transitionAt: BORN,
    taints: [],
    cordoned: false,
    deleting: false,
  };
  const become = (status: Told["status"], message: string): void => {
    const changed = status !== told.status;
    if (changed) told.transitionAt = at;
    if (changed && status === "True") becameReadyAt.push(at);
    Object.assign(told, { status, message });
    if (status === "True") shutDownAt = null;
    if (message === SHUTS_DOWN) shutDownAt = changed ? at : (shutDownAt ?? at);
  };
  if (told.status === "True") becameReadyAt.push(BORN);
  for (let step = 0; step < STEPS; step += 1) {
    const next = random();
    // netchecker first sees the node in the state in which it was created.
    if (step === 0) become(told.status, "");
    else if (next < 0.2) become("True", "kubelet is posting ready status");
    else if (next < 0.35) become("Unknown", "Kubelet stopped posting node status.");
    else if (next < 0.45) become("False", "cni plugin not initialized");
    else if (withDecisions && next < 0.55) become("False", SHUTS_DOWN);
    if (chance(0.2)) told.taints = chance(0.5) ? [oneOf(SYMPTOMS)] : [];
    if (withDecisions) {
      if (chance(0.05)) told.taints = [...told.taints, oneOf(DECISIONS)];
      if (chance(0.1)) told.cordoned = !told.cordoned;
      told.deleting = chance(0.02);
    }
    const readiness = { ...told, reason: "" };
    const live = step > 0 && chance(0.8);
    const seen = { now: at, knownUntil, live, aheadMs: 0 };
    const remembered = rememberNode({ uid: "a", createdAt: BORN, readiness }, known, seen);
    known = {
      ...remembered,
      name: "node-1",
      uid: "a",
      transitionAt: told.transitionAt,
      addresses: [],
      ready: told.status === "True",
      leaving: leavingTaint(told.taints.map((key) => ({ key }))),
      cordoned: told.cordoned,
      deleting: told.deleting,
      labels: {},
      bootId: "",
      kernelVersion: "",
      kubeletVersion: "",
    };
    knownUntil = at;
    const aPodOf = (app: "ping" | "pong") =>
      aPod(app, 1, {
        ready: chance(0.5),
        terminating: chance(0.2),
        everReady: chance(0.7),
        createdAt: at - oneOf([0, 30, 119, 121, 600]) * SECOND,
        problem: chance(0.2) ? "CrashLoopBackOff" : null,
      });
    const pods = (["ping", "pong"] as const).flatMap((app) => (chance(0.8) ? [aPodOf(app)] : []));
    yield { at, node: known, pods, told, becameReadyAt, shutDownAt };
    at += oneOf([5, 15, 45, 60, 120, 400]) * SECOND;
  }
}

const whyOf = ({ node, pods, at }: Moment) => plannedOfNode(node, pods, at, SETTINGS);

function* moments(withDecisions: boolean): Generator<Moment> {
  for (let seed = 1; seed <= HISTORIES; seed += 1) yield* history(seed, withDecisions);
}

describe("over random histories of a node", () => {
  it("without a decision, a node is at most starting, and only within bounds", () => {
    const seen = new Set<PlannedWhy | null>();
    for (const moment of moments(false)) {
      const why = whyOf(moment);
      seen.add(why);
      expect(why === null || isStarting(why)).toBe(true);
      if (why === "node_returning") expect(moment.node.ready).toBe(true);
    }
    expect(seen).toEqual(new Set([null, "node_starting", "node_returning"]));
  });

  it("without a decision, nothing is planned for a node that lost readiness, nor for its pods", () => {
    let unheard = 0;
    for (const moment of moments(false)) {
      const { node, pods, at, becameReadyAt } = moment;
      if (node.ready || becameReadyAt.length === 0) continue;
      unheard += 1;
      expect(whyOf(moment)).toBeNull();
      for (const pod of pods) expect(plannedOfPod(pod, node, at)).toBeNull();
    }
    expect(unheard).toBeGreaterThan(1_000);
  });

  it("each decision gives its own reason, and no reason comes without its decision", () => {
    const seen = new Set<PlannedWhy | null>();
    for (const moment of moments(true)) {
      const { told, at, shutDownAt } = moment;
      const why = whyOf(moment);
      seen.add(why);
      const decided = told.taints.some((key) => DECISIONS.includes(key));
      const shutsDown = shutDownAt !== null && at - shutDownAt < 10 * MINUTE;
      const expected = told.deleting
        ? "node_deleting"
        : decided
          ? "node_leaving"
          : told.cordoned
            ? "node_cordoned"
            : shutsDown
              ? "node_shutting_down"
              : null;
      expect(why === null || isStarting(why) ? null : why).toBe(expected);
    }
    expect(seen).toEqual(
      new Set([
        null,
        "node_deleting",
        "node_leaving",
        "node_cordoned",
        "node_shutting_down",
        "node_starting",
        "node_returning",
      ]),
    );
  });

  it("starting ends: at a maximum age before the node is Ready, two minutes after, at once if it flaps", () => {
    for (const moment of moments(false)) {
      const { at, becameReadyAt, node, pods } = moment;
      const why = whyOf(moment);
      if (why === null) continue;
      const last = becameReadyAt.at(-1);
      if (!node.ready)
        expect([last, at - BORN < SETTINGS.nodeStartupMs]).toEqual([undefined, true]);
      else expect(at - last!).toBeLessThan(2 * MINUTE);
      expect(becameReadyAt.slice(1).filter((when) => at - when < 60 * MINUTE).length).toBeLessThan(
        3,
      );
      const both = (holds: (pod: PodRecord) => boolean) =>
        ["ping", "pong"].every((app) => pods.some((pod) => pod.app === app && holds(pod)));
      if (why === "node_returning")
        expect(both(({ ready, terminating }) => ready && !terminating)).toBe(false);
      else if (node.ready) expect(both(({ everReady }) => everReady)).toBe(false);
    }
  });
});

describe("a pod on a Ready node", () => {
  const [{ node }] = [...history(1, false)].filter((moment) => moment.node.ready) as [Moment];

  it("is planned while it terminates, and starting while it is young and was never ready", () => {
    const at = node.createdAt + 60 * MINUTE;
    const young = { ready: false, everReady: false, createdAt: at - 30 * SECOND };
    const why = (with_: object) => plannedOfPod(aPod("ping", 1, with_), node, at);
    expect(why({ terminating: true })).toBe("pod_terminating");
    expect(why(young)).toBe("pod_starting");
    expect(why({ ...young, createdAt: at - 120 * SECOND })).toBeNull();
    expect(why({ ...young, problem: "ImagePullBackOff" })).toBeNull();
    expect(why({ ready: false })).toBeNull();
    expect(plannedOfPod(undefined, node, at)).toBeNull();
  });
});
