import {
  FindingSchema,
  ResultSchema,
  RoundHeadSchema,
  SummarySchema,
  TargetTypeSchema,
  TimeSchema,
  VerdictSchema,
} from "@netchecker/contract";
import { type Static, Type } from "typebox";
import { query } from "./parameters.ts";

const Name = Type.String({ minLength: 1, maxLength: 2048 });

export const ResultsQuerySchema = query({
  type: Type.Optional(TargetTypeSchema),
  ok: Type.Optional(
    Type.Enum(["true", "false", "unknown"] as const, {
      description:
        "The result of the check. The rows of a missing agent are listed only if this is `unknown`, or if `from` names that agent. round.missing lists the missing agents.",
    }),
  ),
  from: Type.Optional({ ...Name, description: "A node or a ping pod." }),
  to: Type.Optional({
    ...Name,
    description: "A node, a pong pod, a service, an external target, or an address.",
  }),
  format: Type.Optional(
    Type.Enum(["json", "text", "ndjson"] as const, {
      description:
        "json; text for people, to which filters do not apply; ndjson, one result per line.",
    }),
  ),
});
export type ResultsQuery = Static<typeof ResultsQuerySchema>;

export const ResultsBodySchema = Type.Object({
  round: RoundHeadSchema,
  summary: SummarySchema,
  findings: Type.Array(FindingSchema),
  /** For the last round: the verdict of now. For a round by its id: the verdict as of its close. */
  verdict: Type.Union([VerdictSchema, Type.Null()]),
  redis: Type.Object({ awaySince: Type.Union([TimeSchema, Type.Null()]) }),
  notices: Type.Array(Type.String()),
  results: Type.Array(ResultSchema),
});
