import { median } from "./median.ts";
import { type Answerer, readWhole } from "./read-whole.ts";
import { below, memoryBelow, type Row, told } from "./table.ts";

const MEGA = 1e6;
const POLLS = 50;

/** Reads the whole of /results, watching memory, and polls it with its ETag. */
export async function benchResults(url: string, answerer: Answerer, size: string): Promise<Row[]> {
  const { bytes, addedMiB, etag } = await readWhole(`${url}/results`, answerer);
  const polls: number[] = [];
  for (let poll = 0; poll < POLLS; poll += 1) {
    const startedAt = performance.now();
    const { status } = await fetch(`${url}/results`, { headers: { "if-none-match": etag } });
    if (status === 304) polls.push(performance.now() - startedAt);
  }
  return [
    told(`${size} /results: size`, `${(bytes / MEGA).toFixed(1)} MB`),
    memoryBelow(`${size} /results: memory added while it is read`, addedMiB, 40),
    below(
      `${size} /results: a poll with a matching ETag (median of ${POLLS})`,
      median(polls),
      5,
      "ms",
    ),
  ];
}

/** Reads the mesh with each of what can be asked for beside reasons, plain and compressed. */
export async function benchMesh(url: string, answerer: Answerer, size: string): Promise<Row[]> {
  const rows: Row[] = [];
  let addedMiB: number | null = null;
  for (const extras of ["", "attempts", "latencies", "attempts,latencies"]) {
    const mesh = `${url}/mesh${extras && `?with=${extras}`}`;
    const plain = await readWhole(mesh, answerer);
    const small = await readWhole(mesh, answerer, "zstd");
    for (const read of [plain, small])
      if (read.addedMiB !== null) addedMiB = Math.max(addedMiB ?? 0, read.addedMiB);
    const sizes = `${(plain.bytes / MEGA).toFixed(2)} MB, ${(small.bytes / MEGA).toFixed(3)} MB zstd`;
    const cpu = `${plain.cpuSeconds.toFixed(2)} s, ${small.cpuSeconds.toFixed(2)} s zstd`;
    const what = `${size} /mesh${extras && ` with ${extras}`}`;
    rows.push(told(`${what}: size`, sizes), told(`${what}: netchecker's CPU`, cpu));
  }
  return [...rows, memoryBelow(`${size} /mesh: memory added while it is read`, addedMiB, 40)];
}
