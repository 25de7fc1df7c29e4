import { setTimeout as sleep } from "node:timers/promises";
import type { Verdict } from "@netchecker/contract";
import type { LocalCluster } from "../../loopback/local-cluster.ts";
import { TestbedError } from "../../testbed-error.ts";
import type { RoundView } from "./round-line.ts";

const POLL_MS = 200;
const PATIENCE_MS = 30_000;

/** netchecker answers, and cannot know: no round closes. The message is its verdict's sentence. */
export class UnmeasuredError extends Error {
  override name = "UnmeasuredError";
}

/**
 * Every closed round as netchecker's API shows it, once each, until `signal` aborts. Throws an
 * {@link UnmeasuredError} when no round closes and netchecker says why, and a {@link TestbedError} when it
 * ends by itself or does not even answer for far longer than an interval.
 */
export async function* followRounds(
  cluster: LocalCluster,
  intervalMs: number,
  signal: AbortSignal,
): AsyncGenerator<RoundView, void> {
  let etag = "";
  let last = 0;
  let deadline = Date.now() + 2 * intervalMs + PATIENCE_MS;
  while (!signal.aborted) {
    // The failures alone: a whole big round, several times a second, would be work for nothing.
    const response = await cluster
      .fetch("/results?ok=false", { headers: { "if-none-match": etag } })
      .catch(() => null);
    if (response?.status === 304) await response.body?.cancel();
    else if (response?.ok) {
      etag = response.headers.get("etag") ?? "";
      const view = (await response.json()) as RoundView;
      if (view.round.id > last) {
        last = view.round.id;
        deadline = Date.now() + 2 * intervalMs + PATIENCE_MS;
        yield view;
      }
    } else if (response) {
      const { verdict } = (await response.json().catch(() => ({}))) as { verdict?: Verdict };
      // A round that is yet to come is waited for; one that comes no more is not.
      if (verdict?.verdict === "unmeasured" && verdict.reason !== "first_round_pending")
        throw new UnmeasuredError(verdict.sentence);
    }
    const { netchecker } = cluster;
    if (!netchecker.running && !signal.aborted)
      throw new TestbedError(
        `netchecker ended by itself; its last words: ${netchecker.lastWords()}`,
      );
    if (Date.now() > deadline)
      throw new TestbedError(
        `No round closed for far longer than an interval; netchecker's last words: ${netchecker.lastWords()}`,
      );
    await sleep(POLL_MS, null, { signal }).catch(() => {});
  }
}
