import { setTimeout as sleep } from "node:timers/promises";
import type { LocalCluster } from "../local-cluster.ts";
import { LocalClusterError } from "../local-cluster-error.ts";
import type { RoundView } from "./round-line.ts";

const POLL_MS = 200;
const PATIENCE_MS = 30_000;

/**
 * Every closed round as netchecker's API shows it, once each, until `signal` aborts. Throws a
 * {@link LocalClusterError} when netchecker ends by itself or no round closes for far longer than an interval.
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
    if (response?.ok) {
      etag = response.headers.get("etag") ?? "";
      const view = (await response.json()) as RoundView;
      if (view.round.id > last) {
        last = view.round.id;
        deadline = Date.now() + 2 * intervalMs + PATIENCE_MS;
        yield view;
      }
    } else await response?.body?.cancel();
    const { netchecker } = cluster;
    if (!netchecker.running && !signal.aborted)
      throw new LocalClusterError(
        `netchecker ended by itself; its last words: ${netchecker.lastWords()}`,
      );
    if (Date.now() > deadline)
      throw new LocalClusterError(
        `No round closed for far longer than an interval; netchecker's last words: ${netchecker.lastWords()}`,
      );
    await sleep(POLL_MS, null, { signal }).catch(() => {});
  }
}
