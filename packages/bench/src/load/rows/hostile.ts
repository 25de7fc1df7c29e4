import { setTimeout as sleep } from "node:timers/promises";
import { startLoadBed } from "../bed/load-bed.ts";
import { startPingPod } from "../bed/ping-pod.ts";
import { bedRow, deathsOf, type LoadRow, peakOf } from "../load-row.ts";
import { HostileGroup } from "../bed/hostile-group.ts";

export interface HostileOptions {
  readonly nodes: number;
  readonly intervalMs: number;
  readonly messages: number;
  /** With components/redis-auth, as ping's user; else anybody who reaches Redis. */
  readonly auth: boolean;
}

/** Messages of every kind that nobody should send, in every channel; netchecker, Redis and a real ping have to live with them. */
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
    // A message that is not of an agent can take an agent's place: docs/security.md says so.
    complete: false,
  });
  return {
    ...row,
    // On the base what is lost has to be told, no more: an outsider can take all away.
    lost: auth ? row.lost : [],
    died: [...row.died, ...deathsOf(ping)],
    peak: `${row.peak}, ${peakOf(ping)}`,
    seen: `${row.seen}; ${sent.published} published, ${sent.refused} refused, ${sent.cut} connections cut, ${Math.round(sent.bytes / 2 ** 20)} MiB${auth ? "" : `; lost, and told: ${row.lost.length}`}`,
  };
}
