import type { Sample } from "@netchecker/contract/metrics";
import type { ClosedRound } from "../../../packages/netchecker/src/core/closed-round.ts";
import type { ClusterView } from "../../../packages/netchecker/src/core/cluster-view.ts";
import { conclude, emptyMemory } from "../../../packages/netchecker/src/core/conclude/conclude.ts";
import {
  healthFamilies,
  type OwnHealth,
} from "../../../packages/netchecker/src/core/metrics/own-health.ts";
import { roundGauges } from "../../../packages/netchecker/src/core/metrics/round-gauges.ts";
import { aClosedRound, type Finds } from "../../../packages/netchecker/tests/support/a-round.ts";

/** One minute in the life of a netchecker. */
export interface Minute {
  readonly view: ClusterView;
  readonly finds?: Finds;
  readonly silent?: readonly string[];
  /** The cluster when the round closes; as when it was opened where absent. */
  readonly atClose?: ClusterView;
  /** No round closes in this minute; the one before is still told. */
  readonly noRound?: boolean;
  /** Another netchecker holds the lease. */
  readonly standsBy?: boolean;
  /** Prometheus gets no answer. */
  readonly down?: boolean;
  readonly health?: Partial<OwnHealth>;
}

/** Series as promtool takes them: by name and labels, a value for each minute, `_` where there was none. */
export type Series = Readonly<Record<string, string>>;

const MINUTE_MS = 60_000;
const REDIS = { commands: { up: true, losses: 0 }, subscriber: { up: true, losses: 0 } };

/**
 * What Prometheus scrapes of one netchecker whose rounds go as the minutes say: concluded and told by its
 * own code, so that an alert is tested on what it will meet. Time begins in 1970, as promtool's does.
 */
export function playRounds(minutes: readonly Minute[], instance = "netchecker-a"): Series {
  const values = new Map<string, string[]>();
  let memory = emptyMemory();
  let last: ClosedRound | null = null;
  for (const [minute, { view, down, ...round }] of minutes.entries()) {
    const at = minute * MINUTE_MS;
    const put = (name: string, { labels, value }: Sample) => {
      const all = { job: "netchecker", namespace: "netchecker", instance, ...labels };
      const inside = Object.entries(all).map(([label, text]) => `${label}="${text}"`);
      const key = `${name}{${inside.join(",")}}`;
      const series = values.get(key) ?? [];
      values.set(key, [...series, ...missing(minute - series.length), String(value)]);
    };
    put("up", { labels: {}, value: down ? 0 : 1 });
    if (!down && !round.noRound && !round.standsBy) {
      const run = { id: minute + 1, startedAt: at - 1_000, finishedAt: at };
      const closed = aClosedRound({ ...view, at }, { ...round, run });
      const concluded = conclude(closed, { ...view, at }, memory);
      memory = concluded.memory;
      last = { ...closed, findings: concluded.findings };
    }
    if (down) continue;
    const health = healthFamilies({
      at,
      intervalMs: MINUTE_MS,
      leaseHeld: !round.standsBy,
      redis: REDIS,
      staleSince: null,
      watchLosses: {},
      ...round.health,
    });
    const gauges = round.standsBy || !last ? [] : roundGauges(last);
    for (const { name, samples } of [...health, ...gauges])
      for (const sample of samples) put(name, sample);
  }
  return Object.fromEntries(
    [...values].map(([key, series]) => [
      key,
      [...series, ...missing(minutes.length - series.length)].join(" "),
    ]),
  );
}

const missing = (count: number) => Array.from({ length: count }, () => "_");
