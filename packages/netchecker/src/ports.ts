import type { DecodeFault, Report, RoundHead, TargetList } from "@netchecker/contract";
import type { ClosedRound } from "./core/closed-round.ts";
import type { ClusterView } from "./core/cluster-view.ts";
import type { StoredHead } from "./core/round-record.ts";

/** The cluster, watched. */
export interface ClusterWatch {
  /** Resolves once every part of the view was listed. */
  readonly synced: Promise<void>;
  view(): ClusterView;
}

/** The round that is open, as Redis remembers it. */
export interface OpenRound {
  readonly id: number;
  readonly startedAt: number;
}

/** What a round needs of Redis to be opened: each throws when Redis is away. */
export interface RoundPublisher {
  /** A new id, above `above` and above every id given before. */
  nextId(above: number): Promise<number>;
  /** Keeps the lists for those who were away, remembers the round as open, publishes; all or nothing. */
  publish(round: OpenRound, lists: readonly TargetList[], deadlineMs: number): Promise<void>;
}

/** Where agents' reports come in. */
export interface ReportSource {
  /** Since when reports cannot come in, milliseconds since 1970; null while they can. */
  readonly awaySince: number | null;
  onReport(handler: (report: Report) => void): void;
  onInvalid(handler: (fault: DecodeFault) => void): void;
}

export type Holding = "held" | "other" | "redis_away";

/** Who may open rounds. Two netcheckers on one Redis (a pod that lives on behind a partition) must not both. */
export interface Lease {
  readonly holding: Holding;
  /** Takes or renews it now. */
  hold(): Promise<Holding>;
  /** Gives it up, if it is ours. */
  release(): Promise<void>;
}

/** The history of rounds. Each throws when Redis is away. */
export interface RoundStore {
  /** Stores a round whole, marks none as open, prunes what is too old; all in one transaction. */
  save(round: ClosedRound): Promise<void>;
  saveHead(head: RoundHead): Promise<void>;
  /** The last `limit` rounds below `before`, newest first. */
  heads(limit: number, before?: number): Promise<StoredRoundHead[]>;
  head(id: number): Promise<StoredRoundHead | null>;
  /** Null where there is no such round, or it has no result. */
  round(id: number): Promise<ClosedRound | null>;
  lastClosed(): Promise<ClosedRound | null>;
  openRound(): Promise<OpenRound | null>;
}

export type StoredRoundHead = StoredHead | { readonly head: RoundHead; readonly summary: null };
