import type { ExpectedFinding } from "../expect/effect.ts";
import type { FaultSpec } from "../faults/fault.ts";

/** Faults that are in place together. What must be shown of them follows from their effects. */
export interface Scenario {
  readonly name: string;
  readonly faults: readonly FaultSpec[];
  /** What should be concluded, where that is more or less than what each fault says for itself. */
  readonly findings?: readonly ExpectedFinding[];
  /** One of those that every test run plays. */
  readonly core?: true;
}
