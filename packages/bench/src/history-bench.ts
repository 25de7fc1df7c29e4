import type { RedisNames } from "@netchecker/contract";
import type { Redis } from "@netchecker/runtime/redis";
import { fillHistory, HISTORY_ROUNDS } from "./fill-history.ts";
import { type Answerer, readWhole } from "./read-whole.ts";
import { memoryBelow, type Row, told } from "./table.ts";

/** Reads what needs a little of every kept round: the timeline, and one node's history. */
export async function benchHistory(
  { url, node, ...answerer }: Answerer & { readonly url: string; readonly node: string },
  redis: Redis,
  names: RedisNames,
  size: string,
): Promise<Row[]> {
  await fillHistory(redis, names);
  const timeline = await readWhole(`${url}/timeline`, answerer);
  const history = await readWhole(`${url}/node-states/${node}/history`, answerer);
  const rows = Object.entries({ "/timeline": timeline, "a node's history": history });
  const of = `${HISTORY_ROUNDS} rounds of ${size},`;
  return rows.flatMap(([what, { bytes, cpuSeconds, addedMiB }]) => [
    told(`${of} ${what}: size`, `${(bytes / 1e3).toFixed(0)} kB`),
    told(`${of} ${what}: netchecker's CPU`, `${cpuSeconds.toFixed(2)} s`),
    memoryBelow(`${of} ${what}: memory added while it is read`, addedMiB, 40),
  ]);
}
