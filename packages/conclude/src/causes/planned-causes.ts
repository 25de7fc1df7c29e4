import type { PlannedWhy } from "@netchecker/contract";
import { type Draft, draft } from "../evidence/draft.ts";
import { Claim } from "../evidence/claim.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Steps } from "@netchecker/round/steps";
import type { MeshCheck } from "../evidence/mesh-planes.ts";
import { PLANNED, WORKS } from "../evidence/outcome-state.ts";

/** Planned changes that show: what fails at a node, or of its agent, and was told before. */
export function* plannedCauses(evidence: Evidence): Steps<Draft[]> {
  const { plan } = evidence.round;
  const why = new Map<number, PlannedWhy>();
  for (const { node, planned } of [...plan.targets.pod, ...plan.targets.node]) {
    const n = evidence.agentOf.get(node ?? "");
    if (n !== undefined && planned !== null && !why.has(n)) why.set(n, planned);
  }
  for (const [n, { planned }] of plan.agents.entries()) if (planned) why.set(n, planned);
  const drafts: Draft[] = [];
  for (const [n, because] of why) {
    yield;
    const found = plannedCause(evidence, n, because);
    if (found) drafts.push(found);
  }
  return drafts;
}

function plannedCause(evidence: Evidence, n: number, why: PlannedWhy): Draft | null {
  const tcp = outcomesOf(evidence, n, "tcp");
  const echo = outcomesOf(evidence, n, "echo");
  const nodePort = outcomesOf(evidence, n, "nodeport");
  if (tcp.failed + echo.failed === 0) return null;
  // An agent that is away for the same reason is no second finding.
  evidence.absenceExplained[n] ||= evidence.missing[n]?.planned != null;
  const claim = new Claim();
  claim.count = tcp.cells + echo.cells;
  const told = { nodes: [n], claim, planned: true, fact: why };
  const portFails = tcp.failed > 0 && tcp.works === 0;
  const counts = ({ failed, works }: typeof tcp) => ({ failed, of: failed + works });
  if (portFails && echo.works + nodePort.works === 0)
    return draft("node-down", { ...told, ...counts(tcp), layer: "node", direction: "both" });
  if (echo.failed === 0)
    return draft("undetermined", { ...told, ...counts(tcp), layer: "node", direction: "in" });
  return draft("pong", { ...told, ...counts(echo), layer: "process" });
}

/** For how many nodes a check of a node fails as planned, for how many it works, and how many probes failed. */
function outcomesOf(evidence: Evidence, n: number, check: MeshCheck) {
  const planes = evidence.planes.filter((plane) => plane.check === check && plane.column[n] !== -1);
  let failed = 0;
  let works = 0;
  let cells = 0;
  for (let from = 0; from < evidence.size; from += 1) {
    const states = planes.map((plane) => evidence.at(plane, from, n));
    const fails = states.filter((state) => state === PLANNED).length;
    cells += fails;
    if (fails > 0) failed += 1;
    else if (from !== n && states.includes(WORKS)) works += 1;
  }
  return { failed, works, cells };
}
