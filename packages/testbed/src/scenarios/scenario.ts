import type { ExpectedFinding } from "../expect/judge-findings.ts";
import type { FaultSpec } from "../faults/fault.ts";

/** Faults that are in place together, and what should be concluded from them. What pairs must show follows from the faults' effects. */
export interface Scenario {
  readonly name: string;
  readonly faults: readonly FaultSpec[];
  /** Empty: nothing is broken that anyone should be told of. */
  readonly findings: readonly ExpectedFinding[];
  /** One of those that every test run plays. */
  readonly core?: true;
}
