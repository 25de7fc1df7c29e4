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

/** The cluster, watched. */
export interface ClusterWatch {
  /** Resolves once every part of the view was listed. */
  readonly synced: Promise<void>;
  view(): ClusterView;
  /** What it knows of nodes that a watch which begins later is not told. */
  nodePasts(): NodePasts;
  /** Takes over what an earlier watch knew, before or after it has listed anything itself; once. */
  recall(pasts: NodePasts): void;
  /** How often the watch of each resource was lost since the start. */
  watchLosses(): Readonly<Record<string, number>>;
}

/** The round that is open, as Redis remembers it. */
export interface OpenRound {
  readonly id: number;
  readonly startedAt: number;
}

/**
 * What a round needs of Redis to be opened. Each throws when Redis is away, and a LeaseLostError where this
 * netchecker does not hold the lease.
 */
export interface RoundPublisher {
  /** A new id, above `above` and above every id given before. */
  nextId(above: number): Promise<number>;
  /**
   * Keeps the lists for those who were away, remembers the round as open, publishes; all or nothing.
   * `awaited` is how many agents should hear of it.
   */
  publish(
    round: OpenRound,
    lists: readonly TargetList[],
    deadlineMs: number,
    awaited?: number,
  ): Promise<void>;
}

/** Where agents' reports come in. */
export interface ReportSource {
  /** Since when reports cannot come in, milliseconds since 1970; null while they can. */
  readonly awaySince: number | null;
  /** The longest report that can count now, characters; 0 while no round is open. */
  readonly maxReportChars: number;
  handle(handlers: ReportHandlers): void;
}

/** Who is told of messages on the channels for reports. */
export interface ReportHandlers {
  /**
   * What to do with a message of `chars` characters, before it is read; null where it is none of ours, and
   * not even counted. `head` is null where it does not begin like a report.
   */
  readOrDrop(type: TargetType, head: ReportHead | null, chars: number): ReadOrDrop | null;
  report(report: Report): void;
  /** The longest report that can count now; 0 while no round is open. */
  maxReportChars(): number;
  /** It was not read, or is no report. */
  dropped(why: DropReason, type: TargetType): void;
}

export type Holding = "held" | "other" | "redis_away";

/** What a write carries, so that who does not hold the lease any more writes nothing. */
interface Fence {
  readonly owner: string;
  /** Names the term: another one each time that the lease is taken, the same as long as it is renewed. */
  readonly token: string;
}

/** Who may open rounds. Two netcheckers on one Redis (a pod that lives on behind a partition) must not both. */
export interface Lease {
  readonly holding: Holding;
  /** Whether it was another's when Redis was last asked. */
  readonly standsBy: boolean;
  /** Who holds it, when another does; as of when Redis was last asked. */
  readonly holder: OtherHolder | null;
  /** Of the term in which this process holds it, as far as it knows; null where it does not. */
  readonly fence: Fence | null;
  /** Takes or renews it now. */
  hold(): Promise<Holding>;
  /** Gives it up, if it is ours, and does not take it again. */
  release(): Promise<void>;
}

/** What became of a round that was to be stored: `taken` where what stands under its id is over and stays. */
export type Saved = "stored" | "taken";

/**
 * The history of rounds. Each throws when Redis is away; those that write throw a LeaseLostError where this
 * netchecker does not hold the lease.
 */
export interface RoundStore {
  /** Stores what was measured, before it is concluded: nobody's last round yet. */
  saveMeasured(round: ClosedRound): Promise<Saved>;
  /**
   * Stores a concluded round and what is remembered of findings (null: what Redis has of it stays), marks none as
   * open; all in one step. A round that is over is never replaced.
   */
  save(round: ClosedRound, memory: FindingsMemory | null): Promise<Saved>;
  saveHead(head: RoundHead): Promise<Saved>;
  saveMemory(memory: FindingsMemory): Promise<void>;
  /** Takes away what is older than is kept. Needs no room. */
  prune(): Promise<void>;
  /** A new id, above `above` and above every id given before. */
  nextId(above: number): Promise<number>;
  /** Takes away what is of another kind than it should be, so that it keeps no round from being stored. `above` is the highest id that is known. */
  mend(above: number): Promise<void>;
  /** Rounds of the newest that were measured and never concluded, oldest first, with how often that was begun. */
  measured(): Promise<MeasuredRound[]>;
  /** Notes that concluding it is begun once more. */
  beginConcluding(id: number): Promise<void>;
  /** The last `limit` rounds below `before`, newest first. */
  heads(limit: number, before?: number): Promise<StoredRoundHead[]>;
  head(id: number): Promise<StoredRoundHead | null>;
  /** Null where there is no such round, or it has no result. */
  round(id: number): Promise<ClosedRound | null>;
  lastClosed(): Promise<ClosedRound | null>;
  /** The findings of the last `limit` rounds, newest first, one round at a time; those without a result are left out. */
  findings(limit: number): AsyncIterable<RoundFindings>;
  findingsOf(id: number): Promise<readonly Finding[]>;
  /** The last `limit` rounds on the timeline, newest first. */
  timeline(limit: number): Promise<TimelineEntry[]>;
  /** One node in every kept round that knows it, newest first. */
  nodeHistory(node: string): Promise<NodeMoment[]>;
  /** What was remembered with the last round; null where nothing is, or it cannot be read. */
  memory(): Promise<FindingsMemory | null>;
  openRound(): Promise<OpenRound | null>;
}

/** A round that was stored and never concluded. */
export interface MeasuredRound {
  readonly round: ClosedRound;
  /** How often concluding it was begun: it may be what ends netchecker. */
  readonly begun: number;
}

/** What one round found to be broken. */
export type RoundFindings = Pick<ClosedRound, "head" | "findings">;

export type StoredRoundHead = StoredHead | { readonly head: RoundHead; readonly summary: null };
