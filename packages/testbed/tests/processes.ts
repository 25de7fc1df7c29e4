import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Every process of this machine that lives: its parent by its id. Linux. */
function parents(): Map<number, number> {
  const found = new Map<number, number>();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      // The name in parentheses may hold anything; the state and the parent follow the last one.
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state !== "Z") found.set(Number(entry), Number(parent));
    } catch {
      // Ended meanwhile.
    }
  return found;
}

/** The ids of the processes that a process has started and that live. */
export function childrenOf(pid: number): number[] {
  return [...parents()].filter(([, parent]) => parent === pid).map(([child]) => child);
}

function descendantsOf(pid: number): number[] {
  const all = [...parents()];
  const children = (of: number): number[] =>
    all.filter(([, parent]) => parent === of).flatMap(([child]) => [child, ...children(child)]);
  return children(pid);
}

/** Collects all descendants that a process ever has, until `done` settles. */
export async function collectDescendants(
  pid: number,
  done: Promise<unknown>,
  lookEveryMs = 50,
): Promise<Set<number>> {
  const seen = new Set<number>();
  const isDone = done.then(
    () => true,
    () => true,
  );
  do for (const each of descendantsOf(pid)) seen.add(each);
  while (!(await Promise.race([isDone, sleep(lookEveryMs, false)])));
  return seen;
}

/** Those of the processes that live. */
export function living(pids: Iterable<number>): number[] {
  const all = parents();
  return [...pids].filter((pid) => all.has(pid));
}

/** Those that still live after a moment: a SIGKILL that was sent is not yet an end. */
export async function livingAfter(pids: Iterable<number>, withinMs = 2_000): Promise<number[]> {
  const deadline = Date.now() + withinMs;
  let left = living(pids);
  while (left.length > 0 && Date.now() < deadline) {
    await sleep(20);
    left = living(left);
  }
  return left;
}
