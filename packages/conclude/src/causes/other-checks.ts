import { type Check, reasonCode, type TargetType } from "@netchecker/contract";
import type { Steps } from "@netchecker/round/steps";
import { judgeByChance } from "../evidence/chance.ts";
import type { Draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { cutsOff } from "../evidence/hindrance.ts";
import type { Plane } from "../evidence/mesh-planes.ts";
import { isOther } from "../evidence/named-checks.ts";
import { EXPLAINED } from "../evidence/outcome-state.ts";
import { otherMeshCauses } from "./other-mesh-causes.ts";
import { otherSourceCauses } from "./other-source-causes.ts";

/**
 * Checks that no rule names. Their failures are kept from the rules of the other checks. Causes that were found
 * explain some of them; the rest is told by where it fails, as the kind `check-failed`.
 */
export function* otherCheckCauses(evidence: Evidence): Steps<Draft[]> {
  const { plan } = evidence.round;
  const drafts: Draft[] = [];
  for (const type of ["pod", "node"] as const)
    for (const check of otherChecks(evidence, type))
      drafts.push(...(yield* otherMeshCauses(evidence, type, check)));
  for (const type of ["service", "external"] as const)
    for (const check of otherChecks(evidence, type)) {
      const targets = [...plan.targets[type].keys()].filter(
        (target) => plan.targets[type][target]!.check === check,
      );
      drafts.push(...otherSourceCauses(evidence, type, check, targets));
    }
  return judgeByChance(evidence, drafts);
}

function otherChecks({ round }: Evidence, type: TargetType): Check[] {
  return [...new Set(round.plan.targets[type].map(({ check }) => check).filter(isOther))];
}

/** Takes in what these checks found. Causes that were found take the failures that they explain. */
export function* admitOtherChecks(evidence: Evidence, found: readonly Draft[]): Steps<void> {
  yield* evidence.takeInOthers();
  yield* attributeToAgents(evidence, found);
  for (const plane of evidence.otherPlanes) yield* attributeToNetwork(evidence, found, plane);
}

const EXHAUSTED = reasonCode("local_exhaustion");

/** What an agent's own trouble explains, and what an agent that is cut off cannot reach. */
function* attributeToAgents(evidence: Evidence, found: readonly Draft[]): Steps<void> {
  const { matrices, plan } = evidence.round;
  for (const type of ["pod", "node", "service", "external"] as const)
    for (const [target, { check }] of plan.targets[type].entries()) {
      if (!isOther(check)) continue;
      yield;
      for (let a = 0; a < evidence.size; a += 1) {
        const cell = matrices[type].cell(a, target);
        const exhausted = matrices[type].reasons[cell] === EXHAUSTED;
        const far = type === "service" || type === "external";
        const cause = found.find(
          (each) =>
            (each.kind === "prober-starved" && each.nodes.includes(a)) ||
            (each.kind === "local-exhaustion" && exhausted && each.nodes.includes(a)) ||
            (far && cutsOff(each, a)),
        );
        if (cause) evidence.claim(cause.claim, type, cell);
      }
    }
}

/**
 * If every named check of the type failed between two nodes and is explained, its cause explains these failures too.
 * A cause that fails probes now and then also explains failures beside named checks that work.
 */
function* attributeToNetwork(
  evidence: Evidence,
  found: readonly Draft[],
  plane: Plane<Check>,
): Steps<void> {
  const named = evidence.planes.filter(
    ({ type, family }) => type === plane.type && family === plane.family,
  );
  const random = found.filter(({ kind, fact }) => kind === "packet-loss" || fact === "busy");
  for (let a = 0; a < evidence.size; a += 1) {
    yield;
    for (let b = 0; b < evidence.size; b += 1) {
      const asked = named.filter(({ column }) => column[b] !== -1);
      const allExplained =
        asked.length > 0 && asked.every((each) => evidence.at(each, a, b) === EXPLAINED);
      const cause = (allExplained ? found : random).find((each) => explainsWay(each, a, b));
      if (cause) evidence.explain(cause.claim, plane, a, b);
    }
  }
}

/** Whether a cause is about connections from a to b. */
function explainsWay(cause: Draft, a: number, b: number): boolean {
  const { kind, nodes, peers, direction, layer } = cause;
  if (kind === "slow" || kind === "mtu") return false;
  if (layer !== "node" && layer !== "pod-network" && layer !== "process") return false;
  if (nodes.length === 0) return true;
  const isOut = direction !== "in";
  const isIn = direction !== "out";
  if (peers.length === 0) return (isIn && nodes.includes(b)) || (isOut && nodes.includes(a));
  return (
    (isOut && nodes.includes(a) && peers.includes(b)) ||
    (isIn && nodes.includes(b) && peers.includes(a))
  );
}
