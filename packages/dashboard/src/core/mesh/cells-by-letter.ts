import { countCell, isStarting, NOT_PROBED_CODE, type PlannedWhy } from "@netchecker/contract";
import { FAILED_ALL, NOT_KEPT, OK, PLANNED, STARTING, UNKNOWN } from "./cell.ts";

const A = "a".charCodeAt(0);
/** The letter for the rest of a row that is too short: not measured. */
export const NO_LETTER: number = A + NOT_PROBED_CODE;

const CELL_OF = { ok: OK, planned: PLANNED, unknown: UNKNOWN, failed: FAILED_ALL } as const;
const made = new Map<string, Uint8Array>();

/**
 * A letter of a reason, as its character code → the cell's value, for an agent and a target with
 * these plans. The contract's `countCell` decides. This table holds its answers, because a mesh has
 * millions of letters.
 */
export function cellsByLetter(agent: PlannedWhy | null, target: PlannedWhy | null): Uint8Array {
  const key = `${agent}/${target}`;
  let table = made.get(key);
  if (!table) made.set(key, (table = makeTable(agent, target)));
  return table;
}

function makeTable(agent: PlannedWhy | null, target: PlannedWhy | null): Uint8Array {
  const table = Uint8Array.from({ length: 256 }, (_, letter) => {
    const cell = CELL_OF[countCell(letter - A, agent, target)];
    return cell === UNKNOWN && isStarting(agent) ? STARTING : cell;
  });
  table[".".charCodeAt(0)] = NOT_KEPT;
  return table;
}
