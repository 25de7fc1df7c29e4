import { type Static, type TSchema, Type } from "typebox";
import { TimeSchema } from "./time.ts";

const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** From the best to the most urgent. */
export const VERDICTS = ["ok", "degraded", "failing", "unmeasured"] as const;
export const VerdictWordSchema = Type.Enum(VERDICTS, {
  description:
    "ok: measured, and nothing is wrong beyond chance. degraded: something failed or is missing, and no alarm says it (yet). failing: an alarm. unmeasured: netchecker cannot know.",
});
export type VerdictWord = Static<typeof VerdictWordSchema>;

/**
 * Why netchecker cannot know. The set is a promise to users: reasons may be added, but no reason
 * changes its meaning.
 */
export const UNMEASURED_REASONS = [
  "first_round_pending",
  "rounds_stopped",
  "redis_away",
  "redis_refuses",
  "redis_loses_large",
  "lease_held",
  "cluster_unseen",
  "no_nodes",
  "no_agent_reported",
  "agents_starting",
  "agents_unheard",
  "nothing_probed",
  "not_concluded",
] as const;
export const UnmeasuredReasonSchema = Type.Enum(UNMEASURED_REASONS, {
  description:
    "first_round_pending: it is yet to close. rounds_stopped: none has closed for three intervals. redis_away: it does not answer. redis_refuses: it answers, and refuses what netchecker needs. redis_loses_large: it answers small commands and no large ones. lease_held: another netchecker opens the rounds. cluster_unseen: the API server was never seen. no_nodes: no node is known. no_agent_reported: none did. agents_starting: more than half are starting. agents_unheard: more than half could not report, for a reason that lies with netchecker or Redis. nothing_probed: agents reported, and none had probed anything. not_concluded: a round was measured, and netchecker failed to say what it means.",
});
export type UnmeasuredReason = Static<typeof UnmeasuredReasonSchema>;

/** The one line above everything. It is about now, or about a round at its close. */
export const VerdictSchema = Type.Object({
  verdict: VerdictWordSchema,
  /** Why, how much, and what to do. It does not repeat the verdict's word. */
  sentence: Type.String(),
  /** Since when the word is the same, also over restarts of netchecker. */
  since: TimeSchema,
  /** The reason if the verdict is `unmeasured`; otherwise null. */
  reason: orNull(UnmeasuredReasonSchema),
});
export type Verdict = Static<typeof VerdictSchema>;
