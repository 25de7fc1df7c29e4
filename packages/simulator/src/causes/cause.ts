import type { Expected } from "../expectation.ts";
import type { Site } from "../site.ts";

/** One way in which a cluster breaks. */
export interface SimulatedCause {
  /** What is to be found. */
  readonly name: string;
  /** How it comes about. */
  readonly variant: string;
  readonly minNodes?: number;
  readonly maxNodes?: number;
  /** The share of probes lost to chance above which it cannot be told from chance any more. */
  readonly mostLoss?: (nodes: number) => number;
  /** It shows only against what was usual. */
  readonly needsHistory?: boolean;
  /** It parts the cluster, and is put in place before others. */
  readonly parts?: boolean;
  /** Breaks the site's world; what can then be seen, or null where it does not fit here. */
  readonly breakIt: (site: Site) => Expected[] | null;
}

/**
 * For a cause that fails a single cell of an agent's row: in two of three rounds, chance does the same
 * to fewer than 0.01 of all agents together.
 */
export function lossForOneCell(nodes: number): number {
  return Math.sqrt(0.01 / 3 / nodes);
}

/** For a cause that fails one cell each way of a pair: chance does so to fewer than 0.05 pairs of a round. */
export function lossForTwoCells(nodes: number): number {
  return Math.sqrt(0.1) / nodes;
}
