import type { Verdict } from "@netchecker/contract";
import { exposeMetrics } from "@netchecker/runtime/metrics";
import { Changes } from "../../src/changes.ts";
import { roundGauges } from "../../src/core/metrics/round-gauges.ts";
import { finish } from "@netchecker/round/steps";
import { type AppSettings, createApp } from "../../src/http/app.ts";
import type { Served } from "../../src/http/served.ts";
import type { RoundKeeper } from "../../src/keep-rounds.ts";
import { LOG } from "./a-redis.ts";

const FIRST_PENDING: Verdict = {
  verdict: "unmeasured",
  sentence: "the first round is yet to close.",
  since: "2026-11-22T23:50:00.000Z",
  reason: "first_round_pending",
};

/** What the API serves from, with everything healthy and no round open. */
export function aServed(keeper: RoundKeeper, with_: Partial<Served> = {}): Served {
  return {
    keeper,
    intervalMs: 10_000,
    log: LOG,
    build: "build",
    changes: new Changes(),
    verdict: () => keeper.latest?.head.verdict ?? FIRST_PENDING,
    isStale: () => false,
    holder: () => null,
    synced: () => true,
    clusterStaleSince: () => null,
    redisAwaySince: () => null,
    redisTrouble: () => null,
    openRound: () => null,
    requestPauseMs: 0,
    triggerRound: async () => ({ id: 8, startedAt: 0 }),
    answerScrape: exposeMetrics(() => (keeper.latest ? finish(roundGauges(keeper.latest)) : [])),
    ...with_,
  };
}

/** The app; by default without a token and without a page. */
export function anApp(served: Served, settings: Partial<AppSettings> = {}) {
  return createApp(served, { pageFolder: "/no/page/here", ...settings });
}

export type AnApp = Awaited<ReturnType<typeof anApp>>;
