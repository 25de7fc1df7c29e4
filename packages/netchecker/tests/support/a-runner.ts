import type { RedisPair } from "@netchecker/runtime/redis";
import { collectReports } from "../../src/adapters/collect-reports.ts";
import { holdLease } from "../../src/adapters/hold-lease.ts";
import { createRoundPublisher } from "../../src/adapters/publish-targets.ts";
import { createRoundStore, type HistorySettings } from "../../src/adapters/store-rounds.ts";
import { Changes } from "../../src/changes.ts";
import type { ClusterView } from "@netchecker/round/cluster-view";
import { RoundsTally } from "../../src/core/metrics/rounds-tally.ts";
import type { NodePasts } from "@netchecker/round/node-past";
import { RoundKeeper } from "../../src/keep-rounds.ts";
import type { RoundStore } from "../../src/ports.ts";
import { RoundRunner } from "../../src/run-rounds.ts";
import { LOG, NAMES } from "./a-redis.ts";
import { aView, SETTINGS } from "@netchecker/round/testing/a-round";

export interface RunnerOptions {
  readonly owner: string;
  readonly signal: AbortSignal;
  readonly names?: typeof NAMES;
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
  readonly leaseMs?: number;
  readonly history?: HistorySettings;
  readonly view?: ClusterView;
  /** What of the store behaves in another way. */
  readonly store?: Partial<RoundStore>;
  /** What the watch knows of nodes. */
  readonly pasts?: NodePasts;
}

/** What opens rounds in netchecker, with a cluster that does not change; it runs until it is stopped. */
export function aRunner({ commands, subscriber }: RedisPair, options: RunnerOptions) {
  const { owner, names = NAMES, intervalMs = 60_000, timeoutMs = 1_000, leaseMs } = options;
  const { view = aView(2), history = { fullRounds: 5, rounds: 10 } } = options;
  const end = new AbortController();
  const signal = AbortSignal.any([options.signal, end.signal]);
  const lease = holdLease(commands, names, owner, LOG, signal, leaseMs ? { leaseMs } : {});
  const store = { ...createRoundStore(commands, names, lease, history), ...options.store };
  const recalled: NodePasts[] = [];
  const keeper = new RoundKeeper(store, LOG, new Changes(), ({ nodePasts }) => {
    recalled.push(nodePasts);
  });
  const tally = new RoundsTally();
  let lists = 0;
  const runner = new RoundRunner(
    { intervalMs, timeoutMs, plan: SETTINGS },
    {
      cluster: {
        synced: Promise.resolve(),
        view: () => view,
        watchLosses: () => ({}),
        nodePasts: () => options.pasts ?? {},
        recall: () => {},
      },
      publisher: createRoundPublisher(commands, names, lease),
      reports: collectReports(subscriber, names, LOG),
      store,
      keeper,
      lease,
      tally,
      log: LOG,
      redisTrouble: () => ({ kind: "away", code: "ERR", sentence: "it has no room" }),
      changes: new Changes(),
      newListId: () => `${owner}-list-${(lists += 1)}`,
    },
    signal,
  );
  commands.on("ready", () => void runner.redisIsBack().catch(() => {}));
  const run = runner.run();
  return {
    runner,
    run,
    keeper,
    lease,
    recalled,
    store,
    tally,
    stop: () => {
      end.abort();
      return run;
    },
  };
}
