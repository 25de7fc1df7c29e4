import { type Static, type TSchema, Type } from "typebox";
import { MISSING_WHYS, RoundStateSchema } from "./round.ts";
import { TimeSchema } from "./time.ts";
import { VerdictWordSchema } from "./verdict.ts";
import { NameSchema } from "./name.ts";
import { RoundIdSchema } from "./target-list.ts";

const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** One round on the timeline. Fields that need a result are null if the round has none. */
export const TimelineEntrySchema = Type.Object({
  id: RoundIdSchema,
  state: RoundStateSchema,
  startedAt: TimeSchema,
  durationMs: orNull(Type.Integer()),
  closedBy: orNull(Type.Enum(["reports", "timer"] as const)),
  kept: Type.Enum(["all", "failures", "none"] as const),
  /** The agents that should report. `reported` counts the agents that did. */
  expected: Type.Integer(),
  reported: Type.Integer(),
  /** Sums over the outcomes of all types. */
  total: orNull(Type.Integer()),
  failed: orNull(Type.Integer()),
  unknown: orNull(Type.Integer()),
  /** Findings that had not recovered, by severity. */
  critical: orNull(Type.Integer()),
  warning: orNull(Type.Integer()),
  info: orNull(Type.Integer()),
  /** The verdict at the round's close. Null for rounds that were stored before 0.2. */
  verdict: orNull(VerdictWordSchema),
});
export type TimelineEntry = Static<typeof TimelineEntrySchema>;

/** All kept rounds, the oldest first. `GET /timeline`. */
export const TimelineSchema = Type.Object({ rounds: Type.Array(TimelineEntrySchema) });
export type Timeline = Static<typeof TimelineSchema>;

/**
 * One node in one round. It counts outcomes between two different nodes and leaves planned ones
 * out.
 */
export const NodeMomentSchema = Type.Object({
  id: RoundIdSchema,
  startedAt: TimeSchema,
  agent: Type.Enum(["reported", ...MISSING_WHYS] as const),
  /** Outcomes of this node's agent, for pods and nodes. */
  outFailed: Type.Integer(),
  outTotal: Type.Integer(),
  /** Outcomes of other agents, for this node as a target. */
  inFailed: Type.Integer(),
  inTotal: Type.Integer(),
  /** Medians of the pod echoes that were ok. */
  outLatencyMs: orNull(Type.Number()),
  inLatencyMs: orNull(Type.Number()),
});
export type NodeMoment = Static<typeof NodeMomentSchema>;

/** One node over all kept rounds, the oldest first. `GET /node-states/:node/history`. */
export const NodeHistorySchema = Type.Object({
  node: NameSchema,
  rounds: Type.Array(NodeMomentSchema),
});
export type NodeHistory = Static<typeof NodeHistorySchema>;
