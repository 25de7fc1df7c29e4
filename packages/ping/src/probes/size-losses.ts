import { type Outcome, type Reason, sayLargestPacket } from "@netchecker/contract";
import { type LargeLoss, largestPacket } from "./largest-packet.ts";
import type { ProbeTools, Target } from "./probe.ts";

type Addressed = Pick<Target, "address">;

/**
 * A node that loses large packets does so for all others, so a few targets are enough to find the
 * size.
 */
const MAX_TARGETS_SIZED = 3;

/**
 * For a few targets that lost large packets, finds the largest packet that gets through. It works
 * while they are probed again.
 */
export class LossSizer {
  readonly #tools: ProbeTools;
  readonly #sizes = new Map<Addressed, Promise<number | null>>();

  /** It ends early, with its results so far, when `tools.signal` is aborted. */
  constructor(tools: ProbeTools) {
    this.#tools = tools;
  }

  /**
   * Takes a target that failed with `reason`, if it lost large packets and is one of the first few.
   */
  take(target: Addressed, reason: Reason): void {
    if (!isLargeLoss(reason) || this.#sizes.has(target) || this.#sizes.size === MAX_TARGETS_SIZED)
      return;
    this.#sizes.set(target, largestPacket(target.address, reason, this.#tools));
  }

  /** The same outcomes, in the order of their targets, with the sizes that were found. */
  async tell(targets: readonly Addressed[], outcomes: readonly Outcome[]): Promise<Outcome[]> {
    // Targets that were not probed again have not been taken yet.
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
