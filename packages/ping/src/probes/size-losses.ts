import { type Outcome, sayLargestPacket } from "@netchecker/contract";
import { isLargeLoss, largestPacket } from "./largest-packet.ts";
import type { ProbeTools, Target } from "./probe.ts";

/** Where a node loses large packets, it does so to all others: a few of them tell the size. */
const MOST_SIZED = 3;

/**
 * Outcomes, those of the first few that lost large packets with the largest that gets through. Ends early, with what
 * it has, when `tools.signal` is aborted.
 */
export async function sizeLosses(
  targets: readonly Target[],
  outcomes: readonly Outcome[],
  tools: ProbeTools,
): Promise<Outcome[]> {
  const sized = [...outcomes];
  const lost = outcomes.flatMap(({ reason }, index) =>
    isLargeLoss(reason) ? [{ index, reason }] : [],
  );
  await Promise.all(
    lost.slice(0, MOST_SIZED).map(async ({ index, reason }) => {
      const bytes = await largestPacket(targets[index]!.address, reason, tools).catch((error) => {
        if (!tools.signal.aborted) throw error;
        // The report is due: it goes without.
        return null;
      });
      if (bytes !== null) sized[index] = { ...outcomes[index]!, detail: sayLargestPacket(bytes) };
    }),
  );
  return sized;
}
