import {
  FindingSchema,
  RoundHeadSchema,
  RoundIdSchema,
  SummarySchema,
  TimeSchema,
} from "@netchecker/contract";
import { Type } from "typebox";
import { query } from "./parameters.ts";

export const RoundsQuerySchema = query({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
  before: Type.Optional(RoundIdSchema),
});

const EntrySchema = Type.Object({
  round: RoundHeadSchema,
  summary: Type.Union([SummarySchema, Type.Null()]),
});

export const RoundsBodySchema = Type.Object({
  rounds: Type.Array(EntrySchema),
  next: Type.Union([RoundIdSchema, Type.Null()]),
});

export const RoundBodySchema = Type.Object({
  ...EntrySchema.properties,
  findings: Type.Array(FindingSchema),
});

export const OpenedRoundSchema = Type.Object({
  id: RoundIdSchema,
  startedAt: TimeSchema,
  url: Type.String(),
});
