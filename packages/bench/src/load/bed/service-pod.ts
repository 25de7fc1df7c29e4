import { readFileSync } from "node:fs";
import { setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Child, type Exit } from "@netchecker/testbed/services/child-process";
import { LimitedCgroup } from "@netchecker/testbed/services/limited-cgroup";

export interface PodOptions {
  /** Unique among those that this process starts. */
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly memoryBytes: number;
  readonly logFile: string;
  /** Whether it is started. */
  readonly healthy: () => Promise<boolean>;
}

const PRIORITY = -10;
const SAMPLE_MS = 100;
const RESTART_MS = 1_000;
const START_TIMEOUT_MS = 60_000;
/** What is left to a process where its sockets have taken the rest. */
const LEAST_BYTES = 8 * 2 ** 20;

/**
 * One process in a cgroup with its manifest's memory limit, started again whenever it dies, as a kubelet does. Where the
 * kernel does not charge a cgroup with its sockets (version 1), the limit is what they leave of it.
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

  /** Throws where no cgroup can be made. */
  constructor(options: PodOptions) {
    this.options = options;
    this.#limitBytes = options.memoryBytes;
    this.#cgroup = new LimitedCgroup(
      { memoryBytes: options.memoryBytes },
      `netchecker-load-${process.pid}-${options.name}`,
    );
    this.#cgroup.countSockets();
    this.#sampling = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** How each of its processes ended that was not asked to. */
  get deaths(): readonly string[] {
    return this.#deaths;
  }

  /** The most that it held, sockets included, MiB. */
  get peakMiB(): number {
    return this.#peakBytes / 2 ** 20;
  }

  /** Of that, what its sockets held, MiB; 0 where the kernel does not tell them apart. */
  get peakSocketsMiB(): number {
    return this.#socketsAtPeak / 2 ** 20;
  }

  get limitMiB(): number {
    return this.options.memoryBytes / 2 ** 20;
  }

  /** Puts another process beside it, as `kubectl exec` does. */
  get within(): readonly string[] {
    return this.#cgroup.within;
  }

  /** Resolves when it is healthy; it may have died meanwhile. Rejects when it never was. */
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

  /** How often the kernel killed something in its cgroup. */
  get oomKills(): number {
    return this.#cgroup.oomKills();
  }

  /** How many lines it has logged. */
  get logLines(): number {
    return readFileSync(this.options.logFile, "utf8").split("\n").length - 1;
  }

  /** Ends it by a signal, as asked for, and starts it again; one that is stopped hears it when it goes on. */
  async restart(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.#ended = true;
    this.signal("SIGCONT");
    this.signal(signal);
    await this.#child?.exited;
    this.#ended = false;
    this.#spawn();
  }

  /** Ends it at once, until {@link start}. */
  async kill(): Promise<void> {
    this.#ended = true;
    this.#child?.signal("SIGKILL");
    await this.#child?.exited;
  }

  /** Ends it for good and resolves to how that went. */
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
    // In a cluster it has its own share of a core: what else runs on this machine does not keep it waiting.
    if (child.pid !== undefined) setPriority(child.pid, PRIORITY);
    void child.exited.then(async ({ code, signal }) => {
      if (this.#ended) return;
      const killed = this.#overLimit || this.#cgroup.oomKills() > killsBefore;
      this.#overLimit = false;
      this.#deaths.push(`${name}: ${killed ? "memory limit" : `ended with ${signal ?? code}`}`);
      await sleep(RESTART_MS);
      if (!this.#ended) this.#spawn();
    });
  }

  #sample(): void {
    const { heldBytes, socketsBeside } = this.#cgroup.memoryNow();
    if (heldBytes + socketsBeside > this.#peakBytes) {
      this.#peakBytes = heldBytes + socketsBeside;
      this.#socketsAtPeak = socketsBeside;
    }
    const left = Math.max(LEAST_BYTES, this.options.memoryBytes - socketsBeside);
    if (Math.abs(left - this.#limitBytes) < 2 ** 20) return;
    try {
      this.#cgroup.limit({ memoryBytes: left });
      this.#limitBytes = left;
    } catch (error) {
      // It holds more than is left: where sockets are charged, its next allocation would end it.
      if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
      this.#overLimit = true;
      this.#child?.signal("SIGKILL");
    }
  }
}
