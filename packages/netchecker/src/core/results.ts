import { okOf, type Result, TARGET_TYPES, type TargetType } from "@netchecker/contract";
import { addressFamily } from "@netchecker/round/address-family";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { NOT_KEPT_CODE } from "@netchecker/round/outcome-matrix";
import type { AskedAgent, AskedTarget, RoundPlan } from "@netchecker/round/plan";

/** Which rows of a round are wanted. An absent filter lets all rows through. */
export interface ResultFilter {
  readonly type?: TargetType;
  /** `null` selects unknown outcomes. */
  readonly ok?: boolean | null;
  /** A node or a pod by name. */
  readonly from?: string;
  /** A node, a pod, a service, an external target by name, or an address. */
  readonly to?: string;
  /** Leaves out the unknown rows of missing agents. The round's head names each of these agents once. */
  readonly exceptMissing?: boolean;
}

/** The rows of a round, one at a time, because a list of millions would not fit into memory. */
export function* results(round: ClosedRound, filter: ResultFilter = {}): Generator<Result> {
  const missing = new Set(filter.exceptMissing ? round.head.missing.map(({ node }) => node) : []);
  for (const type of TARGET_TYPES) {
    if (filter.type !== undefined && filter.type !== type) continue;
    const targets = round.plan.targets[type];
    const wanted = targets.map((target) => isTo(target, filter.to));
    const tos = targets.map(({ name, node, address }) => {
      const family = addressFamily(address);
      return { name, node, address, ...(family && { family }) };
    });
    const ownPongs = type === "node" ? ownAnswerers(round.plan) : null;
    const matrix = round.matrices[type];
    for (const [a, agent] of round.plan.agents.entries()) {
      if (!isFrom(agent, filter.from)) continue;
      const untrusted = round.agents[a]?.health[type]?.prober.starved ?? false;
      for (const [t, target] of targets.entries()) {
        const cell = matrix.cell(a, t);
        const code = matrix.reasons[cell]!;
        if (!wanted[t] || code === NOT_KEPT_CODE) continue;
        const ok = okOf(code);
        if (filter.ok !== undefined && filter.ok !== ok) continue;
        if (ok === null && missing.has(agent.node)) continue;
        const planned = ok ? null : (agent.planned ?? target.planned);
        yield {
          type,
          check: target.check,
          from: { pod: agent.pod, node: agent.node, ip: agent.ip },
          to: tos[t]!,
          ok,
          ...(ok && ownPongs?.[t]),
          ...matrix.outcome(cell),
          ...(planned && { planned }),
          ...(untrusted && { untrusted }),
        };
      }
    }
  }
}

/**
 * For each node target, the node's own pong as the answerer of its NodePort. Reports name only other answerers, to
 * stay small.
 */
function ownAnswerers({ targets }: RoundPlan) {
  const pongOf = new Map(targets.pod.map(({ node, name }) => [node, name]));
  return targets.node.map(({ check, node }) =>
    check === "nodeport" && node !== null
      ? { answeredBy: [{ pod: pongOf.get(node) ?? null, node, connections: 1 }] }
      : {},
  );
}

function isFrom(agent: AskedAgent, name: string | undefined): boolean {
  return name === undefined || agent.node === name || agent.pod === name;
}

function isTo(target: AskedTarget, name: string | undefined): boolean {
  return (
    name === undefined || target.node === name || target.name === name || target.address === name
  );
}
