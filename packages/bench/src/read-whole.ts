import { get } from "node:http";
import { usageOf } from "./process-usage.ts";
import type { ServiceMemory } from "./service-memory.ts";

/** What reading one answer took. */
export interface Read {
  readonly etag: string;
  /** As sent. */
  readonly bytes: number;
  /** Of the process that answers. */
  readonly cpuSeconds: number;
  /** By how much its working set grew at the most while it was read; null where none is measured. */
  readonly addedMiB: number | null;
}

/** The process that answers. */
export interface Answerer {
  readonly pid: number;
  readonly memory: ServiceMemory;
}

/** Reads an answer to its end, compressed or not, watching the memory of the process that answers. */
export async function readWhole(
  url: string,
  { pid, memory }: Answerer,
  encoding: "identity" | "zstd" = "identity",
): Promise<Read> {
  const beforeMiB = memory.nowMiB();
  const before = await usageOf(pid);
  const { value, peakMiB } = await memory.peakDuring(() => read(url, encoding));
  const after = await usageOf(pid);
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  return { ...value, cpuSeconds, addedMiB: peakMiB === null ? null : peakMiB - beforeMiB! };
}

/** Not by `fetch`, which would take the compression away. */
function read(url: string, encoding: string): Promise<Pick<Read, "etag" | "bytes">> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: { "accept-encoding": encoding } }, (response) => {
      let bytes = 0;
      response.on("data", (piece: Buffer) => (bytes += piece.length));
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve({ etag: response.headers.etag ?? "", bytes });
        else reject(new Error(`${url} was answered by ${response.statusCode}`));
      });
    });
    request.on("error", reject);
  });
}
