import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { PATH } from "../../src/namespaces/network/namespace.ts";

/** What a laboratory could leave on this machine, beside processes. */
export function machineState(): Record<string, string> {
  const say = (file: string, ...args: string[]) =>
    execFileSync(file, args, { encoding: "utf8", env: { PATH } });
  return {
    links: say("ip", "-o", "link"),
    namespaces: say("ip", "netns"),
    rules: say("nft", "list", "ruleset"),
    routes: say("ip", "route"),
    mounts: readFileSync("/proc/self/mounts", "utf8"),
  };
}

/** All that lives: its parent by its id. */
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
): Promise<Set<number>> {
  const seen = new Set<number>();
  const isDone = done.then(
    () => true,
    () => true,
  );
  do for (const each of descendantsOf(pid)) seen.add(each);
  while (!(await Promise.race([isDone, sleep(50, false)])));
  return seen;
}

/** Those that live after a moment: a SIGKILL that was sent is not yet an end. */
export async function living(pids: Iterable<number>, withinMs = 2_000): Promise<number[]> {
  const deadline = Date.now() + withinMs;
  while (true) {
    const all = parents();
    const left = [...pids].filter((pid) => all.has(pid));
    if (left.length === 0 || Date.now() > deadline) return left;
    await sleep(20);
  }
}
