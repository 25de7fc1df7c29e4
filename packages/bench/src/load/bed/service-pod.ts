import { readFileSync } from "node:fs";
import { setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Child, type Exit } from "@netchecker/testbed/services/child-process";
import { LimitedCgroup } from "@netchecker/testbed/services/limited-cgroup";

export interface PodOptions {
  /** Unique among the pods that this process starts. */
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly memoryBytes: number;
  readonly logFile: string;
  /** Whether the service answers its health request. */
  readonly healthy: () => Promise<boolean>;
}

const NICENESS = -10;
const SAMPLE_INTERVAL_MS = 100;
const RESTART_DELAY_MS = 1_000;
const START_TIMEOUT_MS = 60_000;
/** A process keeps at least this limit, also if its sockets take the rest. */
const MIN_LIMIT_BYTES = 8 * 2 ** 20;

/**
 * One process in a cgroup with its manifest's memory limit. It is started again when it dies, as a kubelet does. In
 * version 1 the kernel does not count sockets for the cgroup, so the memory of sockets is subtracted from the limit.
 */
export class ServicePod {
  readonly options: PodOptions;
  readonly #cgroup: LimitedCgroup;
  readonly #deaths: string[] = [];
  readonly #sampling: NodeJS.Timeout;
  #child: Child | undefined;
  #ended = false;
  #peakBytes = 0;
  #socketsAtPeak = 0;
  #limitBytes: number;
  #overLimit = false;

  /** Throws if no cgroup can be created. */
  constructor(options: PodOptions) {
    this.options = options;
    this.#limitBytes = options.memoryBytes;
    this.#cgroup = new LimitedCgroup(
      { memoryBytes: options.memoryBytes },
      `netchecker-load-${process.pid}-${options.name}`,
    );
    this.#cgroup.countSockets();
    this.#sampling = setInterval(() => this.#sample(), SAMPLE_INTERVAL_MS);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** How each process ended that nobody had asked to end. */
  get deaths(): readonly string[] {
    return this.#deaths;
  }

  /** The peak memory, sockets included. */
  get peakMiB(): number {
    return this.#peakBytes / 2 ** 20;
  }

  /** The part of the peak that sockets held. 0 if the kernel does not count it separately. */
  get peakSocketsMiB(): number {
    return this.#socketsAtPeak / 2 ** 20;
  }

  get limitMiB(): number {
    return this.options.memoryBytes / 2 ** 20;
  }

  /** The command prefix that starts another process in the same cgroup, as `kubectl exec` does. */
  get within(): readonly string[] {
    return this.#cgroup.within;
  }

  /** Resolves when the service is healthy. It may have died before. Rejects if it never was healthy. */
  async start(withinMs = START_TIMEOUT_MS): Promise<void> {
    this.#ended = false;
    this.#spawn();
    const deadline = Date.now() + withinMs;
    while (!(await this.options.healthy())) {
      if (Date.now() > deadline) {
        await this.kill();
        throw new Error(`${this.options.name} did not start: ${this.#child?.lastWords()}`);
      }
      await sleep(50);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.signal(signal);
  }

  /** How many processes the kernel killed in the cgroup. */
  get oomKills(): number {
    return this.#cgroup.oomKills();
  }

  /** How many lines the service has logged. */
  get logLines(): number {
    return readFileSync(this.options.logFile, "utf8").split("\n").length - 1;
  }

  /** Ends the process by a signal and starts it again. A stopped process is continued first, so that it gets the signal. */
  async restart(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.#ended = true;
    this.signal("SIGCONT");
    this.signal(signal);
    await this.#child?.exited;
    this.#ended = false;
    this.#spawn();
  }

  /** Kills the process. {@link start} starts it again. */
  async kill(): Promise<void> {
    this.#ended = true;
    this.#child?.signal("SIGKILL");
    await this.#child?.exited;
  }

  /** Ends the process and removes the cgroup. Resolves to how the process ended. */
  async stop(graceMs = 15_000): Promise<Exit | undefined> {
    this.#ended = true;
    const exit = await this.#child?.end(graceMs);
    clearInterval(this.#sampling);
    this.#cgroup.remove();
    return exit;
  }

  #spawn(): void {
    const { command, env, logFile, name } = this.options;
    const [file, ...args] = [...this.#cgroup.within, ...command];
    const killsBefore = this.#cgroup.oomKills();
    const child = new Child({ file: file!, args, env, logFile });
    this.#child = child;
    // In a cluster the service has its own share of a core. Here a higher priority replaces that share.
    if (child.pid !== undefined) setPriority(child.pid, NICENESS);
    void child.exited.then(async ({ code, signal }) => {
      if (this.#ended) return;
      const killed = this.#overLimit || this.#cgroup.oomKills() > killsBefore;
      this.#overLimit = false;
      this.#deaths.push(`${name}: ${killed ? "memory limit" : `ended with ${signal ?? code}`}`);
      await sleep(RESTART_DELAY_MS);
      if (!this.#ended) this.#spawn();
    });
  }

  #sample(): void {
    const { heldBytes, socketsBeside } = this.#cgroup.memoryNow();
    if (heldBytes + socketsBeside > this.#peakBytes) {
      this.#peakBytes = heldBytes + socketsBeside;
      this.#socketsAtPeak = socketsBeside;
    }
    const left = Math.max(MIN_LIMIT_BYTES, this.options.memoryBytes - socketsBeside);
    if (Math.abs(left - this.#limitBytes) < 2 ** 20) return;
    try {
      this.#cgroup.limit({ memoryBytes: left });
      this.#limitBytes = left;
    } catch (error) {
      // The process holds more than the new limit. If the kernel counted sockets, the next allocation would kill it.
      if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
      this.#overLimit = true;
      this.#child?.signal("SIGKILL");
    }
  }
}
