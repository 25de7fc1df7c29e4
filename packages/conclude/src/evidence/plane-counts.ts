import type { Check } from "@netchecker/contract";
import type { Steps } from "@netchecker/round/steps";
import type { Plane } from "./mesh-planes.ts";
import { FAILED, LARGE_LOST, WORKS } from "./outcome-state.ts";

/** Counts what a plane says by row and by column. */
export function* countAll(
  size: number,
  { states, targets, column, ...counts }: Plane,
): Steps<void> {
  const { rowFailed, rowWorks, columnFailed, columnWorks } = counts;
  for (let a = 0; a < size; a += 1) {
    yield;
    for (let b = 0; b < size; b += 1) {
      const target = column[b]!;
      if (a === b || target === -1) continue;
      const state = states[a * targets + target];
      if (state === WORKS || state === LARGE_LOST) {
        rowWorks[a]! += 1;
        columnWorks[b]! += 1;
      } else if (state === FAILED) {
        rowFailed[a]! += 1;
        columnFailed[b]! += 1;
      }
    }
  }
}

/** Adds a failure to a plane's counts, or takes it out of them. Where only large packets are lost, the way works. */
export function countFailed(
  { rowFailed, columnFailed }: Plane<Check>,
  a: number,
  b: number,
  by: 1 | -1,
): void {
  if (a === b) return;
  rowFailed[a]! += by;
  columnFailed[b]! += by;
}
