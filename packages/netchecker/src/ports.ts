import type {
  Finding,
  NodeMoment,
  Report,
  ReportHead,
  RoundHead,
  TargetList,
  TargetType,
  TimelineEntry,
} from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { ClusterView } from "@netchecker/round/cluster-view";
import type { FindingsMemory } from "@netchecker/conclude";
import type { NodePasts } from "@netchecker/round/node-past";
import type { OtherHolder } from "./core/lease-holder.ts";
import type { ReadOrDrop, DropReason } from "@netchecker/round/round-collector";
import type { StoredHead } from "./core/round-record.ts";

/** The watch of the cluster. */
export interface ClusterWatch {
  /** Resolves once every part of the view has been listed. */
  readonly synced: Promise<void>;
  view(): ClusterView;
  /** What it has learned of nodes that Kubernetes does not tell to a watch that begins later. */
  nodePasts(): NodePasts;
  /** Takes over what an earlier watch knew. Works before and after the first list, but only once. */
  recall(pasts: NodePasts): void;
  /** How often the watch of each resource was lost since the start. */
  watchLosses(): Readonly<Record<string, number>>;
}

/** The open round, as Redis remembers it. */
export interface OpenRound {
  readonly id: number;
  readonly startedAt: number;
}

/**
 * What a round needs from Redis when it opens. Each method throws if Redis is away, and throws a LeaseLostError
 * if this netchecker does not hold the lease.
 */
export interface RoundPublisher {
  /** A new id, above `above` and above every id given before. */
  nextId(above: number): Promise<number>;
  /**
   * Publishes the lists, stores them for agents that were away, and notes the round as open; all or nothing.
   * `awaited` is how many agents should receive the lists.
   */
  publish(
    round: OpenRound,
    lists: readonly TargetList[],
    deadlineMs: number,
    awaited?: number,
  ): Promise<void>;
}

/** The connection on which agents' reports arrive. */
export interface ReportSource {
  /** Since when no report can arrive, milliseconds since 1970; null while they can. */
  readonly awaySince: number | null;
  /** The longest report that the open round can accept, in characters; 0 while no round is open. */
  readonly maxReportChars: number;
  handle(handlers: ReportHandlers): void;
}

/** What happens to messages on the channels for reports. */
export interface ReportHandlers {
  /**
   * Decides what to do with a message of `chars` characters, before it is read. Null means that the message is
   * not meant for this netchecker, and is not even counted. `head` is null if it does not begin like a report.
   */
  readOrDrop(type: TargetType, head: ReportHead | null, chars: number): ReadOrDrop | null;
  report(report: Report): void;
  /** The longest report that the open round can accept; 0 while no round is open. */
  maxReportChars(): number;
  /** A message was dropped before it was read, or could not be decoded. */
  dropped(why: DropReason, type: TargetType): void;
}

export type Holding = "held" | "other" | "redis_away";

/** What each write carries. A netchecker that no longer holds the lease writes nothing because of it. */
interface Fence {
  readonly owner: string;
  /** Names the term. Each taking of the lease begins a new term; renewals continue it. */
  readonly token: string;
}

/**
 * The lease to open rounds. There can be two netcheckers on one Redis, for instance if a partition cut off a pod
 * that still runs. Only one of them may open rounds.
 */
export interface Lease {
  readonly holding: Holding;
  /** Whether another netchecker held the lease when Redis was last asked. */
  readonly standsBy: boolean;
  /** The other netchecker that held the lease when Redis was last asked, or null. */
  readonly holder: OtherHolder | null;
  /** The fence of the term in which this process holds the lease, as far as it knows; else null. */
  readonly fence: Fence | null;
  /** Takes or renews the lease now. */
  hold(): Promise<Holding>;
  /** Gives the lease up, if this process holds it, and does not take it again. */
  release(): Promise<void>;
}

/** `taken` means that the round was not stored: Redis already has a finished round with this id, and keeps it. */
export type Saved = "stored" | "taken";

/**
 * The history of rounds. Each method throws if Redis is away. Methods that write throw a LeaseLostError if this
 * netchecker does not hold the lease.
 */
export interface RoundStore {
  /** Stores what was measured, before the round is concluded. It does not count as the last round yet. */
  saveMeasured(round: ClosedRound): Promise<Saved>;
  /**
   * Stores a concluded round and the memory, and notes that no round is open; all in one step. If `memory` is
   * null, Redis keeps the memory that it has. A finished round is never replaced.
   */
  save(round: ClosedRound, memory: FindingsMemory | null): Promise<Saved>;
  saveHead(head: RoundHead): Promise<Saved>;
  saveMemory(memory: FindingsMemory): Promise<void>;
  /** Removes rounds that are too old to be kept. A full Redis allows it. */
  prune(): Promise<void>;
  /** A new id, above `above` and above every id given before. */
  nextId(above: number): Promise<number>;
  /** Removes keys of a wrong type, because no round could be stored beside them. `above` is the highest known id. */
  mend(above: number): Promise<void>;
  /** The recent rounds that were measured and never concluded, oldest first. */
  measured(): Promise<MeasuredRound[]>;
  /** Notes one more attempt to conclude a round. */
  beginConcluding(id: number): Promise<void>;
  /** The last `limit` rounds below `before`, newest first. */
  heads(limit: number, before?: number): Promise<StoredRoundHead[]>;
  head(id: number): Promise<StoredRoundHead | null>;
  /** Null if there is no such round, or if it has no result. */
  round(id: number): Promise<ClosedRound | null>;
  lastClosed(): Promise<ClosedRound | null>;
  /**
   * The findings of the last `limit` rounds, newest first, read one round at a time. Rounds without a result are
   * skipped.
   */
  findings(limit: number): AsyncIterable<RoundFindings>;
  findingsOf(id: number): Promise<readonly Finding[]>;
  /** The last `limit` rounds on the timeline, newest first. */
  timeline(limit: number): Promise<TimelineEntry[]>;
  /** One node in every kept round that knows it, newest first. */
  nodeHistory(node: string): Promise<NodeMoment[]>;
  /** The memory stored with the last round; null if there is none, or if it cannot be read. */
  memory(): Promise<FindingsMemory | null>;
  openRound(): Promise<OpenRound | null>;
}

/** A round that was stored and never concluded. */
export interface MeasuredRound {
  readonly round: ClosedRound;
  /** How many attempts to conclude it were begun. Concluding this round may be what kills netchecker. */
  readonly begun: number;
}

/** A round's head and its findings. */
export type RoundFindings = Pick<ClosedRound, "head" | "findings">;

export type StoredRoundHead = StoredHead | { readonly head: RoundHead; readonly summary: null };
