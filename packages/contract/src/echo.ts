import { type Static, Type } from "typebox";
import { NameSchema } from "./name.ts";

/** What pong says of itself on `GET /echo`. `caller` is the address that pong saw: not ping's own means SNAT. */
export const EchoAnswerSchema = Type.Object({
  pod: NameSchema,
  node: NameSchema,
  caller: Type.String({ maxLength: 64 }),
});
export type EchoAnswer = Static<typeof EchoAnswerSchema>;
