import type { RedisPair } from "@netchecker/runtime/redis";
import type { ClusterView } from "@netchecker/round/cluster-view";
import type { NodePasts } from "@netchecker/round/node-past";
import { aView, SETTINGS } from "@netchecker/round/testing/a-round";
import type { HistorySettings } from "../../src/adapters/store-rounds.ts";
import type { LiveClusterWatch } from "../../src/adapters/watch-cluster.ts";
import { readConfig } from "../../src/config.ts";
import { createNetchecker } from "../../src/create-netchecker.ts";
import type { RoundStore } from "../../src/ports.ts";
import { LOG, PREFIX } from "./a-redis.ts";

export interface RunnerOptions {
  readonly owner: string;
  readonly prefix?: string;
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
  readonly leaseMs?: number;
  readonly history?: HistorySettings;
  readonly view?: ClusterView;
  /** The default is a cluster that does not change. */
  readonly cluster?: LiveClusterWatch;
  readonly nodeStartupMs?: number;
  /** Told of each failed use of Redis. */
  readonly failed?: (error: unknown) => void;
  /** Replacements for methods of the store. */
  readonly store?: Partial<RoundStore>;
  /** What the watch has learned of nodes. */
  readonly pasts?: NodePasts;
}

/** A netchecker that runs rounds until it is stopped, and serves no requests. */
export function aRunner(redis: RedisPair, options: RunnerOptions) {
  const { owner, prefix = PREFIX, intervalMs = 60_000, timeoutMs = 1_000 } = options;
  const { view = aView(2), history = { fullRounds: 5, rounds: 10 } } = options;
  const recalled: NodePasts[] = [];
  let lists = 0;
  const netchecker = createNetchecker(
    {
      ...readConfig({ REDIS_PREFIX: prefix, POD_NAME: owner }),
      // Shorter than the configuration allows.
      ROUND_INTERVAL_MS: intervalMs,
      ROUND_TIMEOUT_MS: timeoutMs,
      HISTORY_FULL_ROUNDS: history.fullRounds,
      HISTORY_ROUNDS: history.rounds,
      ...(options.nodeStartupMs !== undefined && { NODE_STARTUP_MS: options.nodeStartupMs }),
      EXTERNAL_TARGETS: [...SETTINGS.externalTargets],
    },
    {
      redis,
      log: LOG,
      ...(options.leaseMs !== undefined && { leaseMs: options.leaseMs }),
      ...(options.store && { store: options.store }),
      cluster: options.cluster ?? {
        synced: Promise.resolve(),
        view: () => view,
        watchLosses: () => ({}),
        nodePasts: () => options.pasts ?? {},
        recall: (pasts) => void recalled.push(pasts),
        staleSince: () => null,
        nodeCount: () => view.nodes.length,
        parts: () => [],
        problem: () => null,
      },
      trouble: {
        trouble: () => ({ kind: "away", code: "ERR", sentence: "it has no room", since: 0 }),
        failed: options.failed ?? (() => {}),
        worked: () => {},
      },
      newListId: () => `${owner}-list-${(lists += 1)}`,
    },
  );
  return { ...netchecker, run: netchecker.runRounds(), recalled };
}
