import type { FaultSpec } from "../faults/fault.ts";
import { seeded } from "../seeded.ts";

/** Something that is done to the lab while rounds go on. */
export type Step =
  | { readonly do: "break"; readonly fault: FaultSpec; readonly forMs: number }
  | { readonly do: "replace-pod"; readonly node: string; readonly workload: "ping" | "pong" }
  | { readonly do: "add-node" | "remove-node"; readonly node: string };

/** When it begins, milliseconds after the soak's start. */
export interface PlannedStep {
  readonly atMs: number;
  readonly step: Step;
}

export interface SoakPlanOptions {
  readonly seed: number;
  readonly nodes: number;
  readonly durationMs: number;
  readonly intervalMs: number;
}

type Random = () => number;

const pick = <T>(random: Random, items: readonly T[]): T =>
  items[Math.floor(random() * items.length)]!;

/** One fault of any kind, on nodes of its own. */
function drawFault(random: Random, nodes: readonly string[]): FaultSpec {
  const node = pick(random, nodes);
  const peer = pick(
    random,
    nodes.filter((other) => other !== node),
  );
  const direction = pick(random, ["in", "out", "both"]);
  const draws: readonly (() => FaultSpec)[] = [
    () => ({ kind: "node-down", node }),
    () => ({ kind: "node-cut-off", node, direction }),
    () => ({ kind: "pod-network", node, direction }),
    () => ({ kind: "pod-network", node, direction: "in", reject: "reset" }),
    () => ({ kind: "route", node, peer }),
    () => ({ kind: "packet-loss", node, peer }),
    () => ({ kind: "packet-loss", node, percent: pick(random, [1, 5, 20]) }),
    () => ({ kind: "partition", nodes: [node, peer] }),
    () => ({ kind: "mtu", node, peer, direction }),
    () => ({ kind: "mtu", node, direction }),
    () => ({ kind: "kube-proxy", node, part: pick(random, ["cluster-ip", "node-port"]) }),
    () => ({ kind: "backend-dead", node }),
    () => ({ kind: "dns-down" }),
    () => ({ kind: "dns-wrong", address: "10.96.0.99" }),
    () => ({ kind: "dns-unreachable", node }),
    () => ({ kind: "no-way-out", node }),
    () => ({ kind: "wrong-answerer", node }),
    () => ({ kind: "pong-hung", node }),
    () => ({ kind: "pong-dead", node }),
    () => ({ kind: "ping-dead", node }),
    () => ({ kind: "ping-hung", node }),
    () => ({ kind: "ports-exhausted", node }),
    () => ({ kind: "redis-unreachable", node }),
    () => ({ kind: "redis-down" }),
    () => ({ kind: "redis-restarted" }),
    () => ({ kind: "redis-slow" }),
    () => ({ kind: "api-away" }),
    () => ({ kind: "watch-expired" }),
    () => ({ kind: "netchecker-killed" }),
  ];
  return pick(random, draws)();
}

/** Faults of these kinds stop what the others need to be seen: they last a short time. */
const SHORT: ReadonlySet<string> = new Set(["redis-down", "netchecker-killed", "redis-slow"]);

/**
 * What happens in a soak: faults one after the other, some of them overlapping, with quiet times between, and pods
 * and nodes that come and go. The same for the same options. Pure.
 */
export function planSoak({ seed, nodes, durationMs, intervalMs }: SoakPlanOptions): PlannedStep[] {
  const random = seeded(seed);
  const names = Array.from({ length: nodes }, (_, index) => `node-${index + 1}`);
  const steps: PlannedStep[] = [];
  let guest = nodes;
  let guestIsHere = false;
  let atMs = 2 * intervalMs;
  // The last rounds are quiet, to show that all was healed.
  const endMs = durationMs - 6 * intervalMs;
  while (atMs < endMs) {
    const what = random();
    if (what < 0.72) {
      const fault = drawFault(random, names);
      const rounds = SHORT.has(fault.kind) ? 1 + random() : 2 + 3 * random();
      const forMs = Math.round(rounds * intervalMs);
      steps.push({ atMs, step: { do: "break", fault, forMs } });
      // One in three begins before the one before has ended.
      const overlaps = random() < 0.33;
      atMs += overlaps
        ? Math.round(forMs / 2)
        : forMs + Math.round((1 + 2 * random()) * intervalMs);
    } else if (what < 0.88) {
      const workload = random() < 0.5 ? "ping" : "pong";
      steps.push({ atMs, step: { do: "replace-pod", node: pick(random, names), workload } });
      atMs += Math.round(intervalMs * (1 + random()));
    } else {
      guestIsHere = !guestIsHere;
      if (guestIsHere) guest += 1;
      const node = `node-${guest}`;
      steps.push({ atMs, step: { do: guestIsHere ? "add-node" : "remove-node", node } });
      atMs += Math.round(intervalMs * (1.5 + random()));
    }
  }
  return steps;
}
