import { type Static, type TSchema, Type } from "typebox";
import { RoundStateSchema } from "./round.ts";
import { VerdictSchema } from "./verdict.ts";
import { TimeSchema } from "./time.ts";
import { RoundIdSchema } from "./target-list.ts";

const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/**
 * How netchecker itself fares now: what a page says of its own age. `GET /state`, and each event of
 * `GET /events`, which sends one at once and one whenever something in it (but `now`) has changed.
 */
export const StateSchema = Type.Object({
  /** netchecker's clock, so that an age does not depend on the reader's. */
  now: TimeSchema,
  /** What netchecker knows of the cluster's network now. */
  verdict: VerdictSchema,
  /** Milliseconds from one round to the next. */
  intervalMs: Type.Integer(),
  /** The newest round that is over, with or without a result; null before there is one. */
  last: orNull(Type.Object({ id: RoundIdSchema, state: RoundStateSchema, at: TimeSchema })),
  /** The newest round that has a result: the one that `/results` and `/mesh` show. */
  shown: orNull(Type.Object({ id: RoundIdSchema, at: TimeSchema })),
  /** The round that is open. */
  open: orNull(Type.Object({ id: RoundIdSchema, startedAt: TimeSchema })),
  clusterSynced: Type.Boolean(),
  clusterViewStaleSince: orNull(TimeSchema),
  redisAwaySince: orNull(TimeSchema),
});
export type State = Static<typeof StateSchema>;
