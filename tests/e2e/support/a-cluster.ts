import type { Finding, Result, RoundHead, Summary, Verdict } from "@netchecker/contract";
import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import {
  type LocalClusterOptions,
  startLocalCluster,
} from "@netchecker/testbed/loopback/start-local-cluster";
import { vi } from "vitest";

/** The body of `GET /results`. */
export interface Results {
  readonly verdict: Verdict | null;
  readonly round: RoundHead;
  readonly summary: Summary;
  readonly findings: Finding[];
  readonly redis: { readonly awaySince: string | null };
  readonly notices: string[];
  readonly results: Result[];
}

/** Enough for three attempts of 1 s at a silent target, on a busy machine. */
const TIMER_MS = 8_000;

/**
 * A cluster that opens one round when it starts. After that it only opens the rounds that a test
 * asks for.
 */
export function aClusterOnRequest(
  options: Partial<LocalClusterOptions> & Pick<LocalClusterOptions, "nodes">,
): Promise<LocalCluster> {
  const netchecker = { ROUND_TIMEOUT_MS: String(TIMER_MS), ...options.env?.netchecker };
  const env = { ...options.env, netchecker };
  return startLocalCluster({ intervalMs: 3_600_000, port: 0, ...options, env });
}

/** Opens a round as soon as none is open, and returns its id. */
export function openRound(cluster: LocalCluster): Promise<number> {
  return vi.waitFor(
    async () => {
      // A first request takes a moment. By its answer, netchecker has read the API server's earlier
      // events.
      await (await cluster.fetch("/healthz")).text();
      const response = await cluster.fetch("/rounds", {
        method: "POST",
        headers: { "x-netchecker": "1" },
      });
      const body = (await response.json()) as { id: number };
      if (response.status !== 202) throw new Error(JSON.stringify(body));
      return body.id;
    },
    { timeout: 2 * TIMER_MS, interval: 100 },
  );
}

/** Opens a round and returns its results once they are stored. */
export async function aRound(cluster: LocalCluster): Promise<Results> {
  return storedRoundAfter(cluster, (await openRound(cluster)) - 1);
}

/**
 * The first closed round with a higher id, once it is stored. A round is stored a moment after it
 * is served.
 */
export async function storedRoundAfter(cluster: LocalCluster, id: number): Promise<Results> {
  const { round } = await cluster.resultsAfter<Results>(id);
  return vi.waitFor(
    async () => {
      const response = await cluster.fetch(`/rounds/${round.id}/results`);
      const results = (await response.json()) as Results;
      if (!results.round.stored) throw new Error(`round ${round.id} is not stored`);
      return results;
    },
    { timeout: 10_000 },
  );
}

/** The newest rounds, the open one first. */
export async function rounds(cluster: LocalCluster): Promise<RoundHead[]> {
  const response = await cluster.fetch("/rounds?limit=500");
  const body = (await response.json()) as { rounds: { round: RoundHead }[] };
  return body.rounds.map(({ round }) => round);
}

/** The last closed round at this moment. */
export async function lastResults(cluster: LocalCluster): Promise<Results> {
  const response = await cluster.fetch("/results");
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Results;
}

/** The rows that are not ok, one line each, such as `node-1 echo node-3: connection_refused`. */
export function notOk({ results }: Pick<Results, "results">): string[] {
  return results
    .filter(({ ok }) => ok !== true)
    .map(({ check, from, to, ok, reason }) => {
      const what = `${from.node} ${check} ${to.node ?? to.name}: ${reason}`;
      return ok === null ? `${what} (unknown)` : what;
    })
    .toSorted();
}
