import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import {
  redisNames,
  type Report,
  TARGET_TYPES,
  type TargetList,
  type TargetType,
} from "@netchecker/contract";
import { Redis } from "ioredis";

export const NAMES = redisNames("netchecker:");

/** A subscriber and a publisher on the cluster's Redis, besides its agents. */
export interface OnRedis extends AsyncDisposable {
  readonly lists: TargetList[];
  /** In the order in which they arrived. */
  readonly reports: Report[];
  readonly commands: Redis;
  /** Publishes on the report channel of a type. */
  say(type: TargetType, message: string | object): Promise<void>;
}

/** Subscribes from now on. If the connection is lost, it stays lost. */
export async function onRedis(cluster: LocalCluster): Promise<OnRedis> {
  const options = { ...cluster.redis.address, retryStrategy: () => null };
  const [commands, subscriber] = [new Redis(options), new Redis(options)];
  for (const redis of [commands, subscriber]) redis.on("error", () => {});
  const lists: TargetList[] = [];
  const reports: Report[] = [];
  const listChannels: string[] = Object.values(NAMES.lists);
  subscriber.on("message", (channel, text) => {
    try {
      if (listChannels.includes(channel)) lists.push(JSON.parse(text) as TargetList);
      else reports.push(JSON.parse(text) as Report);
    } catch {
      // A test itself may publish anything.
    }
  });
  await subscriber.subscribe(
    ...TARGET_TYPES.flatMap((type) => [NAMES.lists[type], NAMES.reports[type]]),
  );
  return {
    lists,
    reports,
    commands,
    async say(type, message) {
      const text = typeof message === "string" ? message : JSON.stringify(message);
      await commands.publish(NAMES.reports[type], text);
    },
    async [Symbol.asyncDispose]() {
      commands.disconnect();
      subscriber.disconnect();
    },
  };
}
