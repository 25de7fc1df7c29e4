import type {
  Direction,
  FindingCount,
  FindingKind,
  FindingLayer,
  Severity,
} from "@netchecker/contract";
import type { IpFamily } from "@netchecker/round/cluster-view";
import type { Where } from "./where.ts";
import { Claim } from "./claim.ts";

/** A cause as it is found: nodes by their index, its words yet to come. */
export interface Draft {
  readonly kind: FindingKind;
  /** Empty: everywhere. */
  readonly nodes: readonly number[];
  readonly peers: readonly number[];
  readonly layer: FindingLayer | null;
  readonly direction: Direction | null;
  readonly target: string | null;
  readonly candidates: readonly FindingKind[];
  readonly claim: Claim;
  readonly contradictedBy: number;
  /** How many of how many: of nodes, pairs or probes, as `unit` says. */
  readonly failed: number;
  readonly of: number;
  /** The address family that is broken alone. */
  readonly family: IpFamily | null;
  readonly planned: boolean;
  /** Null: what is usual for its kind. */
  readonly severity: Severity | null;
  /** In how many places chance could have made the same, where few failures speak for it. */
  readonly places: number | null;
  /** A fact for the sentence, such as what Kubernetes says of a pod. */
  readonly fact: string | null;
  /** Of what stands for more causes than are told one by one: how many there are; else null. */
  readonly more: readonly FindingCount[] | null;
  /** Its sentence, if its rule says it. Null: say/ has one for its kind. */
  readonly say: ((where: Where) => string) | null;
}

const NONE = {
  nodes: [],
  peers: [],
  layer: null,
  direction: null,
  target: null,
  candidates: [],
  contradictedBy: 0,
  failed: 0,
  of: 0,
  family: null,
  planned: false,
  severity: null,
  places: null,
  fact: null,
  more: null,
  say: null,
} as const;

/** A draft of a kind; all that is not said is empty. */
export function draft(kind: FindingKind, with_: Partial<Draft>): Draft {
  return { ...NONE, kind, claim: new Claim(), ...with_ };
}
