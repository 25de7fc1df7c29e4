import { readdirSync, readFileSync } from "node:fs";

/** Every process of this machine: its parent by its id. Linux. */
function parents(): Map<number, number> {
  const found = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      // The name in parentheses may hold anything; the state and the parent follow the last one.
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state !== "Z") found.set(Number(entry), Number(parent));
    } catch {
      // Ended meanwhile.
    }
  }
  return found;
}

/** The ids of the processes that a process has started and that live. */
export function childrenOf(pid: number): number[] {
  return [...parents()].filter(([, parent]) => parent === pid).map(([child]) => child);
}

/** Those of the processes that live. */
export function living(pids: Iterable<number>): number[] {
  const all = parents();
  return [...pids].filter((pid) => all.has(pid));
}
