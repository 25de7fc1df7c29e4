import { setTimeout as sleep } from "node:timers/promises";
import { cgroupFault, LimitedCgroup } from "@netchecker/testbed/services/limited-cgroup";

const NO_LIMIT_BYTES = 2 ** 40;
const LOOK_EVERY_MS = 20;

/**
 * The memory of one service as the kubelet counts it: the working set of a cgroup of its own.
 * Without root and cgroups there are no figures, and the service runs where this process runs.
 */
export class ServiceMemory implements Disposable {
  readonly #cgroup: LimitedCgroup | null;

  /** `name` is unique among those that this process makes at a time. */
  constructor(name: string) {
    this.#cgroup = cgroupFault()
      ? null
      : new LimitedCgroup(
          { memoryBytes: NO_LIMIT_BYTES },
          `netchecker-bench-${process.pid}-${name}`,
        );
  }

  /** Words that stand before the service's command, so that it runs in the cgroup. */
  get within(): readonly string[] {
    return this.#cgroup?.within ?? [];
  }

  /** The working set now, MiB; null where it cannot be measured. */
  nowMiB(): number | null {
    return this.#cgroup && this.#cgroup.workingSetBytes() / 2 ** 20;
  }

  /** Looks at the working set while `work` runs. `peakMiB` is the largest that it saw, null where it cannot be measured. */
  async peakDuring<T>(
    work: () => Promise<T>,
  ): Promise<{ readonly value: T; readonly peakMiB: number | null }> {
    let peakMiB = this.nowMiB();
    const end = new AbortController();
    const looking = (async () => {
      while (peakMiB !== null && !end.signal.aborted) {
        peakMiB = Math.max(peakMiB, this.nowMiB()!);
        await sleep(LOOK_EVERY_MS, null, { signal: end.signal }).catch(() => {});
      }
    })();
    try {
      const value = await work();
      return { value, peakMiB: peakMiB && Math.max(peakMiB, this.nowMiB()!) };
    } finally {
      end.abort();
      await looking;
    }
  }

  /** Removes the cgroup; the service must have ended. Safe to call twice. */
  [Symbol.dispose](): void {
    this.#cgroup?.remove();
  }
}
