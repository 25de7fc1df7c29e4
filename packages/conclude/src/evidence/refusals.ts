import type { Evidence } from "./evidence.ts";
import type { MeshCheck } from "./mesh-planes.ts";

const REFUSALS: ReadonlySet<string> = new Set(["connection_refused", "connection_reset"]);

/** Of most that ask must be known. */
const MIN_REFUSED_SHARE = 0.5;

/**
 * Whether most of those that fail to reach a node's part are refused. A machine that is off refuses nothing,
 * and a lost packet is no refusal: somebody answered. Whatever explains the failures.
 */
export function isRefused(
  evidence: Evidence,
  check: MeshCheck,
  n: number,
  who: "peers" | "itself" = "peers",
): boolean {
  let refused = 0;
  let failed = 0;
  for (const { type, check: of, column } of evidence.planes) {
    if (of !== check || column[n] === -1) continue;
    for (let from = 0; from < evidence.size; from += 1) {
      if ((from === n) !== (who === "itself")) continue;
      const cell = evidence.round.matrices[type].cell(from, column[n]!);
      if (!evidence.failedAt(type, cell)) continue;
      failed += 1;
      if (REFUSALS.has(evidence.reasonAt(type, cell))) refused += 1;
    }
  }
  return refused > 0 && refused >= failed * MIN_REFUSED_SHARE;
}
