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
  /** Milliseconds from one round to the next: what a client is told to wait for the first. */
  readonly intervalMs: number;
  readonly log: Log;
  /** Names this build: another one may answer the same question in another way. */
  readonly build: string;
  /** Tells that something of this may have changed. */
  readonly changes: Changes;
  /** What netchecker knows of the cluster's network now. */
  verdict(): Verdict;
  /** Whether the last closed round says nothing of now any more. */
  isStale(): boolean;
  /** Who holds the lease where this netchecker stands by; null where it does not. */
  holder(): OtherHolder | null;
  /** Whether rounds are being run: the cluster is known. */
  synced(): boolean;
  /** Since when the view of the cluster is not kept up to date, milliseconds since 1970; null while it is. */
  clusterStaleSince(): number | null;
  /** Since when Redis is away, milliseconds since 1970; null while it is there. */
  redisAwaySince(): number | null;
  /** What is wrong with Redis, a sentence without its full stop; null where nothing is known to be. */
  redisTrouble(): string | null;
  openRound(): OpenRound | null;
  /** So long from one round that was asked for to the next one, at least. */
  readonly requestPauseMs: number;
  /** Throws a CannotOpenRoundError. */
  triggerRound(): Promise<OpenRound>;
  readonly answerScrape: AnswerScrape;
}
