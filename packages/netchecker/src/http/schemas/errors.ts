import { FindingSchema, RoundHeadSchema, VerdictSchema } from "@netchecker/contract";
import { type Static, Type } from "typebox";

/** Every error of the API has a stable code, and a sentence that says what to do. */
export const ErrorSchema = Type.Object({ code: Type.String(), message: Type.String() });
export type ErrorBody = Static<typeof ErrorSchema>;

/** The body of a 503: why netchecker cannot answer, with the verdict and, if there is one, the last round. */
export const UnavailableSchema = Type.Object({
  ...ErrorSchema.properties,
  verdict: Type.Optional(VerdictSchema),
  /** The pod that holds the lease, if this netchecker stands by. */
  holder: Type.Optional(Type.String()),
  /** The last closed round, which is too old to say anything about now. `url` has its results. */
  round: Type.Optional(RoundHeadSchema),
  url: Type.Optional(Type.String()),
  findings: Type.Optional(Type.Array(FindingSchema)),
});
