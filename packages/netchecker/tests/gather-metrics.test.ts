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

/** A netchecker that holds the lease and has closed a round, except where `with_` says otherwise. */
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

/** The verdict in the series; undefined if there are none. */
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

test("a netchecker on standby gives series about itself, but no verdict and no rounds", () => {
  const standby = sources({ lease: { holding: "other", standsBy: true } });
  expect(names(standby).filter((name) => !names(sources({})).includes(name))).toEqual([]);
  expect(names(standby)).toContain("netchecker_lease_held");
  for (const name of ["netchecker_verdict", "netchecker_unmeasured", "netchecker_finding"])
    expect(names(standby)).not.toContain(name);
});

test("a netchecker on standby stays on standby when Redis goes away", () => {
  expect(said(sources({ lease: { holding: "redis_away", standsBy: true } }))).toBeUndefined();
});

test("a netchecker that held the lease when Redis went away gives its verdict", () => {
  const lease = { holding: "redis_away", standsBy: false } as const;
  expect(said(sources({ lease, verdict: UNMEASURED }))).toBe("unmeasured");
});

test("a netchecker without Redis since its start gives the verdict unmeasured, because nobody is known to hold the lease", () => {
  const lease = { holding: "redis_away", standsBy: false } as const;
  expect(said(sources({ lease, verdict: UNMEASURED }))).toBe("unmeasured");
});
