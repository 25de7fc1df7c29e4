import type { Direction, FindingKind } from "@netchecker/contract";
import type { FaultSpec } from "../faults/fault.ts";

/** What netchecker should conclude: everything that is named here. */
export interface ExpectedFinding {
  readonly kind: FindingKind;
  readonly nodes: readonly string[];
  readonly peers?: readonly string[];
  readonly direction?: Direction;
}

/** Faults that are in place together, and what should be concluded from them. What pairs must show follows from the faults' effects. */
export interface Scenario {
  readonly name: string;
  readonly faults: readonly FaultSpec[];
  /** Empty: nothing is broken that anyone should be told of. */
  readonly findings: readonly ExpectedFinding[];
  /** One of those that every test run plays. */
  readonly core?: true;
}
