import { NOT_PROBED_CODE, OK_CODE } from "./reason.ts";
import { type Counts, isStarting, type PlannedWhy } from "./round.ts";

/** What one cell of a round counts as. A cell is one agent's outcome for one target. */
export type CellResult = Exclude<keyof Counts, "total">;

/**
 * Says what a cell counts as, from its reason's code and from what is planned for the agent and for
 * the target. A cell that works is ok, even if something is planned. The cells of an agent that is
 * starting are not measured yet, so they are unknown.
 */
export function countCell(
  code: number,
  agent: PlannedWhy | null,
  target: PlannedWhy | null,
): CellResult {
  if (code === OK_CODE) return "ok";
  if (agent !== null) return isStarting(agent) ? "unknown" : "planned";
  if (target !== null) return "planned";
  return code === NOT_PROBED_CODE ? "unknown" : "failed";
}
