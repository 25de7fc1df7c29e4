import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface CgroupLimits {
  /** Thousandths of a core, as in a manifest. */
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

const ROOT = "/sys/fs/cgroup";
const PERIOD_US = 100_000;
const REMOVE_WITHIN_MS = 2_000;

/** One folder below a controller's root: what is written where. */
interface Layout {
  readonly parents: readonly string[];
  /** File, below ROOT and a parent, → its value. The order counts. */
  readonly limits: (limits: CgroupLimits) => readonly (readonly [parent: string, string, string])[];
  readonly peak: readonly [parent: string, file: string];
}

const quotaUs = (cpuMillis: number) => (cpuMillis * PERIOD_US) / 1_000;

/** docs.kernel.org/admin-guide/cgroup-v2.html */
const V2: Layout = {
  parents: ["."],
  limits: ({ cpuMillis, memoryBytes }) => [
    [".", "cpu.max", `${quotaUs(cpuMillis)} ${PERIOD_US}`],
    [".", "memory.max", `${memoryBytes}`],
  ],
  peak: [".", "memory.peak"],
};

/** docs.kernel.org/scheduler/sched-bwc.html and admin-guide/cgroup-v1/memory.html */
const V1: Layout = {
  parents: ["cpu", "memory"],
  limits: ({ cpuMillis, memoryBytes }) => [
    ["cpu", "cpu.cfs_period_us", `${PERIOD_US}`],
    ["cpu", "cpu.cfs_quota_us", `${quotaUs(cpuMillis)}`],
    ["memory", "memory.limit_in_bytes", `${memoryBytes}`],
  ],
  peak: ["memory", "memory.max_usage_in_bytes"],
};

/** A cgroup, v2 or v1, that holds what runs in it to limits, as kubelet would. */
export class LimitedCgroup {
  readonly #name = `netchecker-bench-${process.pid}`;
  readonly #layout = existsSync(join(ROOT, "cgroup.controllers")) ? V2 : V1;
  readonly #onExit = () => this.remove();

  /** Throws the file system's error where this user may not, or the controllers are not there. */
  constructor(limits: CgroupLimits) {
    process.on("exit", this.#onExit);
    try {
      for (const parent of this.#layout.parents) mkdirSync(this.#path(parent));
      for (const [parent, file, value] of this.#layout.limits(limits))
        writeFileSync(this.#path(parent, file), value, { flag: "r+" });
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** What is put before a command so that it runs within. */
  get within(): readonly string[] {
    const files = this.#layout.parents.map((parent) => this.#path(parent, "cgroup.procs"));
    const enter = files.map((file) => `echo $$ > ${file}`).join(" && ");
    return ["sh", "-c", `${enter} && exec "$@"`, "sh"];
  }

  /** The most memory that was ever taken within, page cache included, bytes. */
  peakMemoryBytes(): number {
    return Number(readFileSync(this.#path(...this.#layout.peak), "utf8"));
  }

  /** Removes it once the last process in it is gone, for which it waits a moment. Safe to call twice. */
  remove(): void {
    process.off("exit", this.#onExit);
    const deadline = Date.now() + REMOVE_WITHIN_MS;
    for (const parent of this.#layout.parents)
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

  #path(parent: string, file = ""): string {
    return join(ROOT, parent, this.#name, file);
  }
}

/** Why there is no such cgroup here, in a sentence; null where there is one. */
export function cgroupFault(): string | null {
  if (process.platform !== "linux") return "this needs Linux";
  if (process.getuid?.() !== 0) return "this needs root, to make a cgroup";
  try {
    new LimitedCgroup({ cpuMillis: 100, memoryBytes: 2 ** 28 }).remove();
    return null;
  } catch (error) {
    return `this needs the cgroup controllers cpu and memory, usable below ${ROOT} (${(error as Error).message})`;
  }
}
