import type { Verdict } from "@netchecker/contract";
import type { Log } from "@netchecker/runtime/log";
import type { AnswerScrape } from "@netchecker/runtime/metrics";
import type { Changes } from "../changes.ts";
import type { RoundKeeper } from "../keep-rounds.ts";
import type { OtherHolder } from "../core/lease-holder.ts";
import type { OpenRound } from "../ports.ts";

/** What the API serves from. */
export interface Served {
  readonly keeper: RoundKeeper;
  /** The time from one round to the next. A client is told to wait this long for the first round. */
  readonly intervalMs: number;
  readonly log: Log;
  /** Names this build. It is part of ETags, because another build may answer differently. */
  readonly build: string;
  /** Tells when any of this may have changed. */
  readonly changes: Changes;
  /** What netchecker knows of the cluster's network now. */
  verdict(): Verdict;
  /** Whether the last closed round is too old to say anything about now. */
  isStale(): boolean;
  /** The netchecker that holds the lease while this one stands by, or null. */
  holder(): OtherHolder | null;
  /** Whether the cluster has been listed, so that rounds can run. */
  synced(): boolean;
  /** Since when the view of the cluster is out of date, milliseconds since 1970; null while it is current. */
  clusterStaleSince(): number | null;
  /** Since when Redis is away, milliseconds since 1970; null while it is there. */
  redisAwaySince(): number | null;
  /** What is wrong with Redis, as a sentence without its full stop; null if no fault is known. */
  redisTrouble(): string | null;
  openRound(): OpenRound | null;
  /** The shortest time from one requested round to the next. */
  readonly requestPauseMs: number;
  /** Throws a CannotOpenRoundError. */
  triggerRound(): Promise<OpenRound>;
  readonly answerScrape: AnswerScrape;
}
