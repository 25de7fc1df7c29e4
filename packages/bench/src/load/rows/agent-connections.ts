import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { decodeReport, outcomeAt, redisNames, type TargetList } from "@netchecker/contract";
import { freePort } from "@netchecker/testbed/sockets/listen";
import { createLog } from "@netchecker/runtime/log";
import { connectRedis, subscribe } from "@netchecker/runtime/redis";
import { ClientGroup } from "../bed/client-group.ts";
import { HealthRecord } from "../bed/health-record.ts";
import { bedFolder } from "../bed/load-bed.ts";
import { readManifests } from "../bed/manifest.ts";
import { startAgentPod } from "../bed/ping-pod.ts";
import { startRedisPod } from "../bed/redis-pod.ts";
import { deathsOf, type LoadRow, peakOf } from "../load-row.ts";

export interface AgentConnectionsOptions {
  readonly loadMs: number;
  readonly idle: number;
  readonly halfHeads: number;
}

const ROUND_INTERVAL_MS = 2_000;
/** How long the agent may take for its report, and how long a list stays in Redis. */
const REPORT_WITHIN_MS = 8_000;
const names = redisNames("netchecker:");

/** A pong and a ping have many idle connections and half-sent request heads, while the ping probes the pong. */
export async function tryAgentConnections({
  loadMs,
  idle,
  halfHeads,
}: AgentConnectionsOptions): Promise<LoadRow> {
  await using stack = new AsyncDisposableStack();
  const folder = bedFolder(stack);
  const manifests = readManifests(false);
  const redis = await startRedisPod("redis", manifests.redis, {
    folder,
    port: await freePort("127.0.0.1"),
  });
  stack.defer(async () => void (await redis.pod.stop()));
  const pong = await startAgentPod("pong", { folder, manifests }, stack);
  const ping = await startAgentPod("ping", { folder, manifests }, stack, { REDIS_URL: redis.url });
  const records = [pong, ping].map(({ healthUrl }) => new HealthRecord(healthUrl));
  stack.defer(() => records.forEach((record) => record.stop()));
  const groups = [pong, ping].map(({ url }) => new ClientGroup({ url, idle, halfHeads }));
  await sleep(1_000);
  records.forEach((record) => record.begin());
  const asked = Math.ceil(loadMs / ROUND_INTERVAL_MS);
  const answers = await probeInRounds(redis.url, new URL(pong.url).host, asked);
  const reports = await Promise.all(groups.map((group) => group.finish(0)));
  const [atPong, atPing] = records.map(({ summary }) => summary);
  const faults = [atPong!, atPing!].flatMap(({ late, refused }, index) => {
    const who = index === 0 ? "pong" : "ping";
    return [
      ...(late > 0 ? [`${who}: ${late} health answers took more than 1 s`] : []),
      ...(refused > 0 ? [`${who}: ${refused} health requests were not answered`] : []),
    ];
  });
  return {
    tried: `pong and ping: ${idle} idle connections and ${halfHeads} half-sent request heads each, while ping probes pong in ${asked} rounds`,
    died: deathsOf(pong, ping, redis.pod),
    lost: answers
      .filter((answer) => answer !== "ok")
      .map((answer) => `a probe's outcome: ${answer}`),
    peak: peakOf(pong, ping),
    seen: `slowest health answer of pong ${Math.round(atPong!.latestMs)} ms, of ping ${Math.round(atPing!.latestMs)} ms; idle at once: ${reports.map(({ maxIdle }) => maxIdle).join(", ")}`,
    faults,
  };
}

/** Publishes lists with one pong, as netchecker does. Returns the agent's outcome for each, `ok` if one attempt was enough. */
async function probeInRounds(url: string, address: string, rounds: number): Promise<string[]> {
  const log = createLog("bench", "silent");
  const of = { service: "netchecker", log };
  const commands = connectRedis({ host: "", url }, { ...of, role: "commands" });
  const subscriber = connectRedis({ host: "", url }, { ...of, role: "subscriber" });
  const found = new Map<number, string>();
  const subscribed = Promise.withResolvers<void>();
  subscribe(subscriber, [names.reports.pod], {
    subscribed: () => subscribed.resolve(),
    message(_channel, text) {
      const report = decodeReport("pod", text);
      if (!report.ok) return;
      const { reason, attempts, detail = "" } = outcomeAt(report.value, 0);
      const told = attempts > 1 ? `${reason} after ${attempts} attempts` : `${reason} ${detail}`;
      found.set(report.value.round, told.trim());
    },
  });
  await subscribed.promise;
  for (let round = 1; round <= rounds; round += 1) {
    const list: TargetList = {
      v: 1,
      type: "pod",
      round,
      list: randomUUID(),
      reportWithinMs: REPORT_WITHIN_MS,
      check: ["echo"],
      name: ["pong-load"],
      node: ["node-load"],
      address: [address],
    };
    const text = JSON.stringify(list);
    await commands
      .multi()
      .set(names.listKeys.pod, text, "PX", REPORT_WITHIN_MS)
      .publish(names.lists.pod, text)
      .exec();
    await sleep(ROUND_INTERVAL_MS);
  }
  await sleep(REPORT_WITHIN_MS);
  commands.disconnect();
  subscriber.disconnect();
  return Array.from({ length: rounds }, (_, index) => found.get(index + 1) ?? "no report");
}
