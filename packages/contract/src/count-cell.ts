import { NOT_PROBED_CODE, OK_CODE } from "./reason.ts";
import { type Counts, isStarting, type PlannedWhy } from "./round.ts";

/** What a cell of a round counts as. */
export type CellResult = Exclude<keyof Counts, "total">;

/**
 * A reason's code, and what is planned of the agent and of the target → what the cell counts as. What works
 * is ok whatever is planned. The row of an agent that is starting is not measured yet.
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
