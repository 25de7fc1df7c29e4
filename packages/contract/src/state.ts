import { type Static, type TSchema, Type } from "typebox";
import { RoundStateSchema } from "./round.ts";
import { VerdictSchema } from "./verdict.ts";
import { TimeSchema } from "./time.ts";
import { RoundIdSchema } from "./target-list.ts";

const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/**
 * The state of netchecker itself, from which the page knows how old its data is. It is the body of
 * `GET /state` and of each event of `GET /events`. That route sends one event at once, and one
 * whenever a field other than `now` changes.
 */
export const StateSchema = Type.Object({
  /** netchecker's clock, so that an age does not depend on the reader's clock. */
  now: TimeSchema,
  /** What netchecker says about the cluster's network now. */
  verdict: VerdictSchema,
  /** Milliseconds from one round to the next. */
  intervalMs: Type.Integer(),
  /** The newest round that is over, with or without a result. Null before the first one. */
  last: orNull(Type.Object({ id: RoundIdSchema, state: RoundStateSchema, at: TimeSchema })),
  /** The newest round that has a result. `/results` and `/mesh` show this round. */
  shown: orNull(Type.Object({ id: RoundIdSchema, at: TimeSchema })),
  open: orNull(Type.Object({ id: RoundIdSchema, startedAt: TimeSchema })),
  clusterSynced: Type.Boolean(),
  clusterViewStaleSince: orNull(TimeSchema),
  redisAwaySince: orNull(TimeSchema),
});
export type State = Static<typeof StateSchema>;
