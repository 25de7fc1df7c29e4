import { Type } from "typebox";
import { query } from "./parameters.ts";

export const TimelineQuerySchema = query({
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 10_000,
      default: 1_440,
      description: "The largest number of rounds. The answer has the newest ones.",
    }),
  ),
});

export const NodeParamsSchema = Type.Object({
  node: Type.String({ minLength: 1, maxLength: 253 }),
});
