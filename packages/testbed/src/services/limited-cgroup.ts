import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What is not given is not limited. */
export interface CgroupLimits {
  /** Thousandths of a core, as in a manifest. */
  readonly cpuMillis?: number;
  readonly memoryBytes?: number;
}

const ROOT = "/sys/fs/cgroup";
const PERIOD_US = 100_000;
/** The kernel takes no quota below 1 ms: less than a hundredth of a core is one of a longer period. */
const LONG_PERIOD_US = 1_000_000;
const LEAST_QUOTA_US = 1_000;
const REMOVE_WITHIN_MS = 2_000;
const UNLIMITED = 2 ** 40;

/** What is written where: a file of the cgroup's folder below a controller's root, and its value. */
type Setting = readonly [parent: string, file: string, value: string];

type File = readonly [parent: string, file: string];

/** The order of settings counts. */
interface Layout {
  readonly cpu: (millis: number) => readonly Setting[];
  readonly memory: (bytes: number) => readonly Setting[];
  readonly peak: File;
  readonly usage: File;
  /** Memory by what it is used for. */
  readonly stat: File;
  /** The line of `stat` with the pages of files that nobody has read for a while. */
  readonly inactiveFiles: string;
  /** Holds a line `oom_kill`, and how often. */
  readonly kills: File;
  /** What the sockets of its processes take; null where `usage` has that in it. */
  readonly sockets: File | null;
}

function bandwidth(cpuMillis: number): { readonly quotaUs: number; readonly periodUs: number } {
  const quota = (periodUs: number) => ({ quotaUs: (cpuMillis * periodUs) / 1_000, periodUs });
  const usual = quota(PERIOD_US);
  return usual.quotaUs >= LEAST_QUOTA_US ? usual : quota(LONG_PERIOD_US);
}

/** docs.kernel.org/admin-guide/cgroup-v2.html */
const V2: Layout = {
  cpu(millis) {
    const { quotaUs, periodUs } = bandwidth(millis);
    return [[".", "cpu.max", `${quotaUs} ${periodUs}`]];
  },
  memory: (bytes) => [[".", "memory.max", `${bytes}`]],
  peak: [".", "memory.peak"],
  usage: [".", "memory.current"],
  stat: [".", "memory.stat"],
  inactiveFiles: "inactive_file",
  kills: [".", "memory.events"],
  sockets: null,
};

/** docs.kernel.org/scheduler/sched-bwc.html and admin-guide/cgroup-v1/memory.html */
const V1: Layout = {
  cpu(millis) {
    const { quotaUs, periodUs } = bandwidth(millis);
    return [
      ["cpu", "cpu.cfs_period_us", `${periodUs}`],
      ["cpu", "cpu.cfs_quota_us", `${quotaUs}`],
    ];
  },
  memory: (bytes) => [["memory", "memory.limit_in_bytes", `${bytes}`]],
  peak: ["memory", "memory.max_usage_in_bytes"],
  usage: ["memory", "memory.usage_in_bytes"],
  stat: ["memory", "memory.stat"],
  inactiveFiles: "total_inactive_file",
  kills: ["memory", "memory.oom_control"],
  sockets: ["memory", "memory.kmem.tcp.usage_in_bytes"],
};

const made = new Set<LimitedCgroup>();

process.on("exit", () => {
  for (const cgroup of made)
    try {
      cgroup.remove();
    } catch {
      // One that is still full keeps no other from being removed.
    }
});

/** A cgroup, v2 or v1, that holds what runs in it to limits, as kubelet would. */
export class LimitedCgroup implements Disposable {
  readonly #name: string;
  readonly #layout = existsSync(join(ROOT, "cgroup.controllers")) ? V2 : V1;
  readonly #parents: readonly string[];

  /**
   * `name` should tell which process made it: what is left of one that was killed can be recognised then. Throws the file
   * system's error where this user may not, or the controllers are not there.
   */
  constructor(limits: CgroupLimits, name: string) {
    this.#name = name;
    this.#parents = [...new Set(this.#settings(limits).map(([parent]) => parent))];
    made.add(this);
    try {
      for (const parent of this.#parents) mkdirSync(this.#path(parent));
      this.limit(limits);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** What is put before a command so that it runs within. */
  get within(): readonly string[] {
    const files = this.#parents.map((parent) => this.#path(parent, "cgroup.procs"));
    const enter = files.map((file) => `echo $$ > ${file}`).join(" && ");
    return ["sh", "-c", `${enter} && exec "$@"`, "sh"];
  }

  /** Sets limits anew, of those that it was made with. */
  limit(limits: CgroupLimits): void {
    for (const [parent, file, value] of this.#settings(limits))
      writeFileSync(this.#path(parent, file), value, { flag: "r+" });
  }

  /**
   * Moves a running process in, with all its threads, and gives what moves it back to where it was. Throws the file
   * system's error where there is no such process; moving back one that has ended does nothing.
   */
  take(pid: number): () => void {
    const before = this.#parents.map((parent) => join(ROOT, parent, cgroupOf(pid, parent)));
    for (const parent of this.#parents)
      writeFileSync(this.#path(parent, "cgroup.procs"), `${pid}`, { flag: "r+" });
    return () => {
      for (const folder of before)
        try {
          writeFileSync(join(folder, "cgroup.procs"), `${pid}`, { flag: "r+" });
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
        }
    };
  }

  /** The most memory that was ever taken within, page cache included, bytes. */
  peakMemoryBytes(): number {
    return Number(readFileSync(this.#path(...this.#layout.peak), "utf8"));
  }

  /** Lets {@link memoryNow} know of the sockets of processes that come in later: version 1 counts them only where they have a limit. */
  countSockets(): void {
    if (this.#layout.sockets)
      writeFileSync(this.#path("memory", "memory.kmem.tcp.limit_in_bytes"), `${UNLIMITED}`);
  }

  /**
   * Its working set in bytes, as the kubelet counts it: its usage without the pages of files that nobody has read for a
   * while. A page of a file that processes share, such as Node's binary, counts only where it was read first.
   */
  workingSetBytes(): number {
    const usage = Number(readFileSync(this.#path(...this.#layout.usage), "utf8"));
    const stat = readFileSync(this.#path(...this.#layout.stat), "utf8");
    return usage - numberOf(stat, this.#layout.inactiveFiles);
  }

  /** Bytes: what its processes hold that the kernel could not take back, and, of version 1, what their sockets take beside that. */
  memoryNow(): { readonly heldBytes: number; readonly socketsBeside: number } {
    const read = (file: File) => readFileSync(this.#path(...file), "utf8");
    const stat = read(this.#layout.stat);
    const files = ["inactive_file", "active_file"].map((name) => numberOf(stat, name));
    const usage = Number(read(this.#layout.usage));
    return {
      heldBytes: usage - files[0]! - files[1]!,
      socketsBeside: this.#layout.sockets ? Number(read(this.#layout.sockets)) : 0,
    };
  }

  /** How many of its processes the kernel has killed because they took more than the limit. */
  oomKills(): number {
    return numberOf(readFileSync(this.#path(...this.#layout.kills), "utf8"), "oom_kill");
  }

  [Symbol.dispose](): void {
    this.remove();
  }

  /** Removes it once the last process in it is gone, for which it waits a moment. Safe to call twice. */
  remove(): void {
    made.delete(this);
    const deadline = Date.now() + REMOVE_WITHIN_MS;
    for (const parent of this.#parents)
      while (existsSync(this.#path(parent))) {
        try {
          rmdirSync(this.#path(parent));
        } catch (error) {
          if (Date.now() > deadline) throw error;
          // Also at this process's exit, where nothing asynchronous runs any more.
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
        }
      }
  }

  #settings({ cpuMillis, memoryBytes }: CgroupLimits): readonly Setting[] {
    return [
      ...(cpuMillis === undefined ? [] : this.#layout.cpu(cpuMillis)),
      ...(memoryBytes === undefined ? [] : this.#layout.memory(memoryBytes)),
    ];
  }

  #path(parent: string, file = ""): string {
    return join(ROOT, parent, this.#name, file);
  }
}

/** The number behind a name in one of the kernel's tables; 0 where it is not there. */
function numberOf(table: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(table)?.[1] ?? 0);
}

/** Where a process is below a controller's root; of version 2, whose root is `.`, no controller is named (cgroups(7)). */
function cgroupOf(pid: number, parent: string): string {
  const controller = parent === "." ? "" : parent;
  for (const line of readFileSync(`/proc/${pid}/cgroup`, "utf8").trim().split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers?.split(",").includes(controller)) return path!;
  }
  return "/";
}

/** Why there is no such cgroup here, in a sentence; null where there is one. */
export function cgroupFault(): string | null {
  if (process.platform !== "linux") return "this needs Linux";
  if (process.getuid?.() !== 0) return "this needs root, to make a cgroup";
  try {
    const limits = { cpuMillis: 100, memoryBytes: 2 ** 28 };
    new LimitedCgroup(limits, `netchecker-try-${process.pid}`).remove();
    return null;
  } catch (error) {
    return `this needs the cgroup controllers cpu and memory, usable below ${ROOT} (${(error as Error).message})`;
  }
}
