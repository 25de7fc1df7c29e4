import { setTimeout as sleep } from "node:timers/promises";
import type { LocalCluster } from "../../loopback/local-cluster.ts";
import type { RoundView } from "../../services/watch-rounds.ts";
import { TestbedError } from "../../testbed-error.ts";
import { UnmeasuredError } from "../command.ts";

const POLL_MS = 200;
const PATIENCE_MS = 30_000;

/**
 * Every closed round as netchecker's API shows it, once each, until `signal` aborts. Throws an
 * {@link UnmeasuredError} when no round closes and netchecker says why, and a {@link TestbedError} when it
 * ends by itself or does not even answer for far longer than an interval.
 */
export async function* followRounds(
  { netchecker, rounds }: LocalCluster,
  intervalMs: number,
  signal: AbortSignal,
): AsyncGenerator<RoundView, void> {
  const inTime = () => Date.now() + 2 * intervalMs + PATIENCE_MS;
  let deadline = inTime();
  while (!signal.aborted) {
    const shown = await rounds.look().catch(() => null);
    if (shown && "unmeasured" in shown) throw new UnmeasuredError(shown.unmeasured.sentence);
    if (shown) {
      deadline = inTime();
      yield shown.view;
    }
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
