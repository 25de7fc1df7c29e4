import type { UnmeasuredReason, Verdict, VerdictWord } from "@netchecker/contract";
import type { MetricFamily } from "@netchecker/contract/metrics";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { ClusterView } from "@netchecker/round/cluster-view";
import { conclude, emptyMemory } from "@netchecker/conclude";
import { finish } from "@netchecker/round/steps";
import { gatherMetrics } from "../../../packages/netchecker/src/gather-metrics.ts";
import type { Holding } from "../../../packages/netchecker/src/ports.ts";
import { judgeNow } from "../../../packages/netchecker/src/core/verdict/judge-now.ts";
import { aClosedRound, type Finds } from "@netchecker/round/testing/a-round";
import { judged } from "@netchecker/conclude/testing/judged";

/** What happens at a netchecker for some time: for a minute, unless it says otherwise. */
export interface Step {
  readonly seconds?: number;
  readonly view: ClusterView;
  readonly finds?: Finds;
  readonly silent?: readonly string[];
  /** The cluster when the round closes. If absent, it is the same as when the round opened. */
  readonly atClose?: ClusterView;
  /**
   * No round closes in this step, and the metrics still show the one before. Otherwise one closes
   * at the step's start.
   */
  readonly noRound?: boolean;
  /**
   * Another netchecker holds the lease and closes the rounds. This one takes them over when it gets
   * the lease.
   */
  readonly standsBy?: boolean;
  /** Redis is away: no round closes, and the lease is not renewed. */
  readonly redisAway?: boolean;
  /** Prometheus gets no answer, to all scrapes or to every second one. */
  readonly down?: boolean | "sometimes";
  /** Prometheus does not know this target. */
  readonly gone?: boolean;
  /** The verdict, if it is not the one that {@link verdictOf} derives from the rounds. */
  readonly verdict?: VerdictWord | UnmeasuredReason;
  readonly staleSince?: number;
}

/** What Prometheus scrapes, and when. */
export interface Scraped {
  readonly instance?: string;
  readonly namespace?: string;
  readonly cluster?: string;
  /** The second of the scrape interval at which it is scraped: a multiple of {@link SLOT_S}. */
  readonly phase?: number;
}

/**
 * Series in promtool's form: name and labels, and a value for each slot. `_` means no scrape;
 * `stale` means a scrape without this series.
 */
export type Series = Readonly<Record<string, string>>;

/** The length of promtool's time slots, in seconds. A scrape happens in every third slot. */
export const SLOT_S = 10;
const SCRAPE_S = 30;
const INTERVAL_MS = 60_000;

/**
 * The series that Prometheus has of one netchecker whose rounds go as the steps say. netchecker's
 * own code concludes the rounds and makes the metrics, so an alert is tested on real series. A
 * series that is missing from a scrape becomes stale, as in Prometheus. Time begins in 1970, as in
 * promtool.
 */
export function playRounds(steps: readonly Step[], scraped: Scraped = {}): Series {
  const { instance = "netchecker-a", namespace = "netchecker", cluster, phase = 0 } = scraped;
  const target = { job: "netchecker", namespace, instance, ...(cluster && { cluster }) };
  const written = new Written();
  let memory = emptyMemory();
  let latest: ClosedRound | null = null;
  let standsBy = false;
  let rounds = 0;
  let slot = 0;
  for (const step of steps) {
    const at = slot * SLOT_S * 1_000;
    if (step.down !== true && !step.gone && !step.noRound && !step.redisAway) {
      rounds += 1;
      const run = { id: rounds, startedAt: at - 1_000, finishedAt: at };
      const closed = aClosedRound({ ...step.view, at }, { ...step, run });
      const concluded = conclude(closed, { ...step.view, at }, memory);
      memory = concluded.memory;
      latest = judged({ ...closed, findings: concluded.findings });
    }
    const holding = holdingIn(step);
    if (holding !== "redis_away") standsBy = holding === "other";
    const end = slot + (step.seconds ?? 60) / SLOT_S;
    for (; slot < end; slot += 1) {
      const scrape = Math.floor((slot * SLOT_S) / SCRAPE_S);
      if ((slot * SLOT_S) % SCRAPE_S !== phase) continue;
      const answers = step.down === "sometimes" ? scrape % 2 === 0 : !step.down;
      const now = slot * SLOT_S * 1_000;
      written.scrape(slot, target, {
        up: step.gone ? null : answers,
        families:
          answers && !step.gone
            ? finish(
                gatherMetrics(
                  {
                    cluster: {
                      view: () => ({ ...step.view, staleSince: step.staleSince ?? null }),
                      watchLosses: () => ({}),
                    },
                    intervalMs: INTERVAL_MS,
                    keeper: { latest, lastStoredAt: null },
                    lease: { holding, standsBy },
                    redis: { commands: CONNECTED, subscriber: CONNECTED },
                    tally: { families: [] },
                    unreadable: () => ({ newer: 0, damaged: 0 }),
                    verdict: () => verdictOf(step, latest, now),
                  },
                  now,
                ),
              )
            : [],
      });
    }
  }
  return written.series(slot);
}

const CONNECTED = { awaySince: null, losses: 0 };

function holdingIn({ standsBy, redisAway }: Step): Holding {
  if (redisAway) return "redis_away";
  return standsBy ? "other" : "held";
}

/** The current verdict: the step's own, or the one that netchecker's code derives. */
function verdictOf({ verdict }: Step, latest: ClosedRound | null, now: number): Verdict {
  if (verdict === "ok" || verdict === "degraded" || verdict === "failing") return said(verdict);
  if (verdict === "unmeasured") return said("unmeasured", "rounds_stopped");
  if (verdict !== undefined) return said("unmeasured", verdict);
  const head = latest?.head ?? null;
  const judgedNow = judgeNow({
    at: now,
    startedAt: 0,
    intervalMs: INTERVAL_MS,
    latest: head,
    last: head,
    holder: null,
    redis: null,
    clusterUnseen: null,
    nodes: head?.expected ?? 1,
  });
  return { ...judgedNow, since: judgedNow.since ?? new Date(now).toISOString() };
}

const said = (verdict: VerdictWord, reason: UnmeasuredReason | null = null): Verdict => ({
  verdict,
  sentence: "",
  since: new Date(0).toISOString(),
  reason,
});

/** The series that were scraped from one target so far. */
class Written {
  readonly #values = new Map<string, string[]>();
  #live: ReadonlySet<string> = new Set();

  /** One scrape. `up` is null if Prometheus does not know the target. */
  scrape(
    slot: number,
    target: Readonly<Record<string, string>>,
    { up, families }: { readonly up: boolean | null; readonly families: readonly MetricFamily[] },
  ): void {
    const live = new Set<string>();
    const put = (name: string, labels: Readonly<Record<string, string>>, value: number) => {
      const inside = Object.entries({ ...target, ...labels }).map(
        ([key, text]) => `${key}="${text}"`,
      );
      const key = `${name}{${inside.join(",")}}`;
      live.add(key);
      this.#write(key, slot, String(value));
    };
    if (up !== null) put("up", {}, Number(up));
    for (const { name, samples } of families)
      for (const { labels, value } of samples) put(name, labels, value);
    for (const key of this.#live) if (!live.has(key)) this.#write(key, slot, "stale");
    this.#live = live;
  }

  series(slots: number): Series {
    return Object.fromEntries(
      [...this.#values].map(([key, values]) => [
        key,
        [...values, ...missing(slots - values.length)].join(" "),
      ]),
    );
  }

  #write(key: string, slot: number, value: string): void {
    const values = this.#values.get(key) ?? [];
    values.push(...missing(slot - values.length), value);
    this.#values.set(key, values);
  }
}

const missing = (count: number) => Array.from({ length: count }, () => "_");
