import { type Static, type TSchema, Type } from "typebox";
import { TimeSchema } from "./time.ts";

const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** From the best to the most urgent. */
export const VERDICTS = ["ok", "degraded", "failing", "unmeasured"] as const;
export const VerdictWordSchema = Type.Enum(VERDICTS, {
  description:
    "ok: the network was measured, and nothing is wrong beyond chance. degraded: something failed or is missing, and no alarm says so yet. failing: there is an alarm. unmeasured: netchecker cannot know.",
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
    "first_round_pending: the first round has not closed yet. rounds_stopped: no round has closed for three intervals. redis_away: Redis does not answer. redis_refuses: Redis answers, but refuses a command that netchecker needs. redis_loses_large: Redis answers small commands, but not large ones. lease_held: another netchecker opens the rounds. cluster_unseen: netchecker has never reached the API server. no_nodes: netchecker knows no node. no_agent_reported: no agent reported. agents_starting: more than half of the agents are starting. agents_unheard: more than half of the agents could not report, because of netchecker or Redis. nothing_probed: agents reported, but none of them had probed anything. not_concluded: a round was measured, but netchecker failed to conclude it.",
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
