import { type Outcome, type Reason, sayLargestPacket } from "@netchecker/contract";
import { type LargeLoss, largestPacket } from "./largest-packet.ts";
import type { ProbeTools, Target } from "./probe.ts";

type Addressed = Pick<Target, "address">;

/** Where a node loses large packets, it does so to all others: a few of them tell the size. */
const MOST_SIZED = 3;

/** Finds out for a few targets that lost large packets how large one gets through, while they are probed again. */
export class LossSizer {
  readonly #tools: ProbeTools;
  readonly #sizes = new Map<Addressed, Promise<number | null>>();

  /** It ends early, with what it has, when `tools.signal` is aborted. */
  constructor(tools: ProbeTools) {
    this.#tools = tools;
  }

  /** Takes a target that failed so, if it is one of the first few that lost large packets. */
  take(target: Addressed, reason: Reason): void {
    if (!isLargeLoss(reason) || this.#sizes.has(target) || this.#sizes.size === MOST_SIZED) return;
    this.#sizes.set(target, largestPacket(target.address, reason, this.#tools));
  }

  /** Outcomes, in the order of their targets, with what was found. */
  async tell(targets: readonly Addressed[], outcomes: readonly Outcome[]): Promise<Outcome[]> {
    // Those that were not probed again.
    for (const [index, { reason }] of outcomes.entries()) this.take(targets[index]!, reason);
    const sizes = await Promise.all(targets.map((target) => this.#sizes.get(target)));
    return outcomes.map((outcome, index) => {
      const bytes = isLargeLoss(outcome.reason) ? (sizes[index] ?? null) : null;
      return bytes === null ? outcome : { ...outcome, detail: sayLargestPacket(bytes) };
    });
  }
}

function isLargeLoss(reason: Reason): reason is LargeLoss {
  return reason === "large_request_timeout" || reason === "large_response_timeout";
}
