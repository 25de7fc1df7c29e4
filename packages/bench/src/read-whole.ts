import { get } from "node:http";
import { resetPeak, usageOf } from "./process-usage.ts";

/** What reading one answer took. */
export interface Read {
  readonly etag: string;
  /** As sent. */
  readonly bytes: number;
  /** Of the process that answers. */
  readonly cpuSeconds: number;
  /** Above what was resident before, at the most, while it was read. */
  readonly addedMiB: number;
}

/** Reads an answer of the process `pid` to its end, compressed or not, watching its memory. */
export async function readWhole(
  url: string,
  pid: number,
  encoding: "identity" | "zstd" = "identity",
): Promise<Read> {
  await resetPeak(pid);
  const before = await usageOf(pid);
  const { etag, bytes } = await read(url, encoding);
  const after = await usageOf(pid);
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  return { etag, bytes, cpuSeconds, addedMiB: after.peakMiB - before.rssMiB };
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
