import { RoundIdSchema, TimeSchema, VerdictSchema } from "@netchecker/contract";
import { Type } from "typebox";
import { query } from "./parameters.ts";

export const VerdictQuerySchema = query({
  format: Type.Optional(
    Type.Enum(["json", "text"] as const, { description: "text is one line for people to read." }),
  ),
  strict: Type.Optional(
    Type.Enum(["", "failing", "degraded"] as const, {
      description:
        "Answers 503 instead of 200 if the verdict is failing or unmeasured. With `degraded`, also if it is degraded.",
    }),
  ),
});

export const VerdictBodySchema = Type.Object({
  ...VerdictSchema.properties,
  /** The last closed round; null before there is one. */
  round: Type.Union([Type.Object({ id: RoundIdSchema, at: TimeSchema }), Type.Null()]),
});
