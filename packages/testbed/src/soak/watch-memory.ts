import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { LabClient } from "../namespaces/lab-client.ts";
import type { MemoryTally } from "./soak-tally.ts";

const LOOK_EVERY_MS = 10_000;
/** Memory still settles before. */
const WARM_UP_MS = 5 * 60_000;
/** One look meets a garbage collection or does not; the median of some does not care. */
const LOOKS = 6;

/** Looks at the services' resident memory now and then. A process that was started anew counts from its start. */
export function watchMemory(lab: LabClient, signal: AbortSignal) {
  const startedAt = Date.now();
  const end = new AbortController();
  const until = AbortSignal.any([signal, end.signal]);
  const samples = new Map<string, { at: number; bytes: number }[]>();
  const look = async (): Promise<void> => {
    const state = await lab.ask("state").catch(() => null);
    if (!state) return;
    const byService = {
      netchecker: [state.netchecker.pid],
      ping: state.nodes.map(({ ping }) => ping.pid),
      pong: state.nodes.map(({ pong }) => pong.pid),
    };
    for (const [service, pids] of Object.entries(byService)) {
      const sizes = (await Promise.all(pids.map(residentBytes))).filter((bytes) => bytes !== null);
      if (sizes.length === 0) continue;
      const all = samples.get(service) ?? [];
      all.push({ at: Date.now() - startedAt, bytes: Math.max(...sizes) });
      samples.set(service, all);
    }
  };
  const looking = (async () => {
    while (!until.aborted) {
      await look();
      await sleep(LOOK_EVERY_MS, null, { signal: until }).catch(() => {});
    }
  })();
  return {
    async stop(): Promise<MemoryTally[]> {
      end.abort();
      await looking;
      return [...samples].map(([service, all]) => {
        const warm = all.filter(({ at }) => at >= Math.min(WARM_UP_MS, all.at(-1)!.at / 2));
        const bytes = (some: typeof all) => median(some.map((each) => each.bytes));
        return {
          of: service === "netchecker" ? service : `the largest ${service}`,
          firstBytes: bytes(warm.slice(0, LOOKS)),
          lastBytes: bytes(warm.slice(-LOOKS)),
        };
      });
    },
  };
}

async function residentBytes(pid: number | null | undefined): Promise<number | null> {
  if (!pid) return null;
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kib === undefined ? null : Number(kib) * 1024;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
