import type { PlannedWhy } from "@netchecker/contract";
import { type Draft, draft } from "../evidence/draft.ts";
import { Claim } from "../evidence/claim.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { PLANNED } from "../evidence/outcome-state.ts";

/** Planned changes that show: what fails at a node, or of its agent, and was told before. */
export function plannedCauses(evidence: Evidence): Draft[] {
  const { plan } = evidence.round;
  const why = new Map<number, PlannedWhy>();
  for (const { node, planned } of [...plan.targets.pod, ...plan.targets.node]) {
    const n = evidence.agentOf.get(node ?? "");
    if (n !== undefined && planned !== null && !why.has(n)) why.set(n, planned);
  }
  for (const [n, { planned }] of plan.agents.entries()) if (planned) why.set(n, planned);
  return [...why].flatMap(([n, because]) => plannedCause(evidence, n, because) ?? []);
}

function plannedCause(evidence: Evidence, n: number, why: PlannedWhy): Draft | null {
  const { failed, works } = outcomesOf(evidence, n, "tcp");
  const pods = outcomesOf(evidence, n, "echo");
  if (failed + pods.failed === 0) return null;
  const down = failed > 0 && works === 0;
  // An agent that is away for the same reason is no second finding.
  evidence.absenceExplained[n] ||= evidence.missing[n]?.planned != null;
  const shown = down ? { failed, works } : pods;
  const claim = new Claim();
  claim.count = failed + pods.failed;
  return draft(down ? "node-down" : "pong", {
    nodes: [n],
    layer: down ? "node" : "process",
    direction: down ? "both" : null,
    claim,
    failed: shown.failed,
    of: shown.failed + shown.works,
    planned: true,
    fact: why,
  });
}

/** How many planned failures there are of a check at a node, and how many work. */
function outcomesOf(evidence: Evidence, n: number, check: "tcp" | "echo") {
  let failed = 0;
  let works = 0;
  for (const plane of evidence.planes) {
    if (plane.check !== check || plane.column[n] === -1) continue;
    works += plane.columnWorks[n]!;
    for (let from = 0; from < evidence.size; from += 1)
      if (evidence.at(plane, from, n) === PLANNED) failed += 1;
  }
  return { failed, works };
}
