import type { Verdict } from "@netchecker/contract";
import { expect, test } from "vitest";
import { RoundsTally } from "../src/core/metrics/rounds-tally.ts";
import { finish } from "@netchecker/round/steps";
import { gatherMetrics, type MetricSources } from "../src/gather-metrics.ts";
import type { Holding } from "../src/ports.ts";
import { aClosedRound, aView } from "@netchecker/round/testing/a-round";

const since = "2026-11-22T23:51:10.123Z";
const UNMEASURED: Verdict = { verdict: "unmeasured", sentence: "", since, reason: "redis_away" };
const OK: Verdict = { verdict: "ok", sentence: "", since, reason: null };

/** A netchecker that holds the lease and has closed a round, but for what is said. */
function sources(with_: {
  lease?: { holding: Holding; standsBy: boolean };
  verdict?: Verdict;
}): MetricSources {
  const { lease = { holding: "held", standsBy: false }, verdict = OK } = with_;
  const view = aView(3);
  return {
    cluster: { view: () => view, watchLosses: () => ({}) },
    intervalMs: 60_000,
    keeper: { latest: aClosedRound(view), lastStoredAt: 1_000 },
    lease,
    redis: {
      commands: { awaySince: null, losses: 0 },
      subscriber: { awaySince: null, losses: 0 },
    },
    tally: new RoundsTally(),
    unreadable: () => ({ newer: 0, damaged: 0 }),
    verdict: () => verdict,
  };
}

/** The verdict that the series say; undefined where there are no such series. */
function said(of: MetricSources): string | undefined {
  const family = finish(gatherMetrics(of)).find(({ name }) => name === "netchecker_verdict");
  const [is, ...others] = family?.samples.filter(({ value }) => value === 1) ?? [];
  expect(others).toEqual([]);
  return is?.labels["verdict"];
}

const names = (of: MetricSources) => finish(gatherMetrics(of)).map(({ name }) => name);

test("the verdict is that of now, whatever the last round was", () => {
  expect(said(sources({}))).toBe("ok");
  const stopped = sources({ verdict: UNMEASURED });
  expect(said(stopped)).toBe("unmeasured");
  expect(names(stopped)).toContain("netchecker_finding");
});

test("one that stands by says no verdict and nothing of rounds, but how it fares itself", () => {
  const standby = sources({ lease: { holding: "other", standsBy: true } });
  expect(names(standby).filter((name) => !names(sources({})).includes(name))).toEqual([]);
  expect(names(standby)).toContain("netchecker_lease_held");
  for (const name of ["netchecker_verdict", "netchecker_unmeasured", "netchecker_finding"])
    expect(names(standby)).not.toContain(name);
});

test("one that stood by when Redis went away goes on standing by", () => {
  expect(said(sources({ lease: { holding: "redis_away", standsBy: true } }))).toBeUndefined();
});

test("one that held the lease when Redis went away says its verdict", () => {
  const lease = { holding: "redis_away", standsBy: false } as const;
  expect(said(sources({ lease, verdict: UNMEASURED }))).toBe("unmeasured");
});

test("where Redis is away from the start nobody is known to hold the lease: it says that it cannot know", () => {
  const lease = { holding: "redis_away", standsBy: false } as const;
  expect(said(sources({ lease, verdict: UNMEASURED }))).toBe("unmeasured");
});
