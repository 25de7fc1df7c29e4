import { RoundIdSchema, TimeSchema, VerdictSchema } from "@netchecker/contract";
import { Type } from "typebox";
import { query } from "./parameters.ts";

export const VerdictQuerySchema = query({
  format: Type.Optional(
    Type.Enum(["json", "text"] as const, { description: "text is one line for people." }),
  ),
  strict: Type.Optional(
    Type.Enum(["", "failing", "degraded"] as const, {
      description:
        "Answers 503 instead of 200 when the verdict is failing or unmeasured; with `degraded`, when it is degraded, too.",
    }),
  ),
});

export const VerdictBodySchema = Type.Object({
  ...VerdictSchema.properties,
  /** The last closed round; null before there is one. */
  round: Type.Union([Type.Object({ id: RoundIdSchema, at: TimeSchema }), Type.Null()]),
});
