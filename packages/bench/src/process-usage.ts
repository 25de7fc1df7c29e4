import { readFile } from "node:fs/promises";

const TICKS_PER_SECOND = 100;

export interface Usage {
  /** User and system time since the process began, seconds. */
  readonly cpuSeconds: number;
  /** Resident now, MiB. */
  readonly rssMiB: number;
  /** Of that, pages of files, shared with all who map them: node's own binary above all. MiB. */
  readonly rssFileMiB: number;
}

/** What Linux says of a process. Throws where there is none. */
export async function usageOf(pid: number): Promise<Usage> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, "utf8"),
    readFile(`/proc/${pid}/status`, "utf8"),
  ]);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const kiB = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0);
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    rssMiB: kiB("VmRSS") / 1024,
    rssFileMiB: kiB("RssFile") / 1024,
  };
}
