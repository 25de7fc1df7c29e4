import {
  EvidenceExampleSchema,
  FINDING_STATES,
  FindingSchema,
  FindingStateSchema,
  RoundIdSchema,
  SeveritySchema,
  TimeSchema,
} from "@netchecker/contract";
import { type Static, Type } from "typebox";
import { query } from "./parameters.ts";

export const FindingsQuerySchema = query({
  state: Type.Optional(
    Type.Enum(FINDING_STATES, {
      description:
        "Only findings in this state. Without it, findings in every state, also recovered ones.",
    }),
  ),
  node: Type.Optional(Type.String({ minLength: 1, maxLength: 253 })),
  since: Type.Optional({
    ...RoundIdSchema,
    description: "Findings that began in this round or after it.",
  }),
});
export type FindingsQuery = Static<typeof FindingsQuerySchema>;

export const FindingsBodySchema = Type.Object({
  round: Type.Object({ id: RoundIdSchema, startedAt: TimeSchema }),
  findings: Type.Array(FindingSchema),
});

export const FindingParamsSchema = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 253 }),
});

/** One finding, as one round showed it. */
const MomentSchema = Type.Object({
  round: RoundIdSchema,
  startedAt: TimeSchema,
  state: FindingStateSchema,
  severity: SeveritySchema,
  summary: Type.String(),
  explains: Type.Integer(),
  ofFailures: Type.Integer(),
  examples: Type.Array(EvidenceExampleSchema),
});
export type Moment = Static<typeof MomentSchema>;

export const FindingBodySchema = Type.Object({
  finding: FindingSchema,
  history: Type.Array(MomentSchema),
});
