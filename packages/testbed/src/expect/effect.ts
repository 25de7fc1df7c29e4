import type { Direction, FindingKind, Reason, Result } from "@netchecker/contract";

/** Where a leg starts or ends: a node's name, or one of these. */
export const CONTROL_END = "control";
export const OUTSIDE_END = "outside";

/** One way that packets of a check take between two places; within a node there is none. */
export interface Leg {
  readonly from: string;
  readonly to: string;
  /** Addressed to a pod's own address, to a node's, or to the outside. */
  readonly layer: "pod" | "node" | "outside";
  readonly protocol: "tcp" | "udp";
}

/** What becomes of the packets that go along a leg. */
export interface Loss {
  /** all: each of them. connections: those that begin one, which answers are not. large: those above a size. some: any, at random. */
  readonly of: "all" | "connections" | "large" | "some";
  /** What TCP says of it at a connect; by default it hears nothing. */
  readonly reasons?: readonly Reason[];
  /** False where it may not have been in effect all the time. */
  readonly sure?: boolean;
}

/** What may be found at a row: these reasons, `ok` too where it is not sure. */
export interface RowEffect {
  readonly reasons: readonly Reason[];
  readonly sure: boolean;
}

/** A finding that netchecker should make. Only what is named here is compared. */
export interface ExpectedFinding {
  readonly kind: FindingKind;
  readonly nodes: readonly string[];
  readonly peers?: readonly string[];
  readonly direction?: Direction;
  /** The largest packet that the finding says gets through, in bytes on the wire between nodes. */
  readonly passesBytes?: number;
}

/** A row of `/results` without its outcome. */
export type Row = Pick<Result, "type" | "check" | "from" | "to">;

/** What a correct product must see of a fault; what is not named here is not touched. */
export interface Effect {
  onLeg?(leg: Leg): Loss | null;
  onRow?(row: Row): RowEffect | null;
  /** Agents whose report cannot arrive, and those of which it is not sure. */
  readonly silent?: readonly string[];
  readonly maybeSilent?: readonly string[];
  /** Agents that have no ready pod. */
  readonly notReady?: readonly string[];
  /** Agents whose process starves: all that they find is uncertain, and they say so. */
  readonly starved?: readonly string[];
  /** Nodes whose pods come or go: what was done to the old ones may be over with them. */
  readonly unsettled?: readonly string[];
  /** Somebody decided something about these nodes that explains whatever fails there. That a node is NotReady does not. */
  readonly planned?: readonly string[];
  /** Rounds cannot be opened, or not be kept; of one that is, any agent may be missing. */
  readonly noRounds?: boolean;
  /** The findings that netchecker should make when nothing else is broken. Default: none. */
  readonly findings?: readonly ExpectedFinding[];
}
