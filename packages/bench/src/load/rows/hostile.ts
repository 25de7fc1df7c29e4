import { setTimeout as sleep } from "node:timers/promises";
import { startLoadBed } from "../bed/load-bed.ts";
import { startPingPod } from "../bed/ping-pod.ts";
import { bedRow, deathsOf, type LoadRow, peakOf } from "../load-row.ts";
import { HostileGroup } from "../bed/hostile-group.ts";

export interface HostileOptions {
  readonly nodes: number;
  readonly intervalMs: number;
  readonly messages: number;
  /** True: Redis has components/redis-auth, and the sender is ping's user. False: anybody who reaches Redis can send. */
  readonly auth: boolean;
}

/** Sends hostile messages of all kinds on all channels. netchecker, Redis and a real ping must survive them. */
export async function tryHostile(options: HostileOptions): Promise<LoadRow> {
  const { nodes, intervalMs, messages, auth } = options;
  const bed = await startLoadBed({ nodes, intervalMs, auth });
  await using stack = bed.stack;
  const ping = await startPingPod(bed, stack);
  bed.health.begin();
  const since = Date.now();
  const sent = await new HostileGroup({
    url: auth ? bed.redis.pingUrl : bed.redis.url,
    messages,
    agents: bed.agents.slice(0, 20),
  }).done;
  await sleep(2 * intervalMs);
  const until = Date.now();
  await bed.rounds.refresh(200);
  const who = auth ? "as ping's user with redis-auth" : "as an outsider on the base";
  const row = bedRow(`${nodes} nodes: ${messages} hostile messages, ${who}`, bed, {
    since,
    until,
    // A forged report can take the place of an agent's report: docs/security.md says so.
    complete: false,
  });
  return {
    ...row,
    // Without redis-auth an outsider can delete everything, so lost rounds are only printed there.
    lost: auth ? row.lost : [],
    died: [...row.died, ...deathsOf(ping)],
    peak: `${row.peak}, ${peakOf(ping)}`,
    seen: `${row.seen}; ${sent.published} published, ${sent.refused} refused, ${sent.cut} connections cut, ${Math.round(sent.bytes / 2 ** 20)} MiB${auth ? "" : `; lost rounds: ${row.lost.length}`}`,
  };
}
