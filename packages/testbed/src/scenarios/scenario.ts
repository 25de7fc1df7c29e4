import type { ExpectedFinding } from "../expect/effect.ts";
import type { FaultSpec } from "../faults/fault.ts";

/** Faults that are in place together. Their effects say what a correct product must show. */
export interface Scenario {
  readonly name: string;
  readonly faults: readonly FaultSpec[];
  /** The findings to expect, when they differ from those of the faults' effects. */
  readonly findings?: readonly ExpectedFinding[];
  /** One of those that every test run plays. */
  readonly core?: true;
}
