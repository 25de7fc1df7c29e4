import { type Static, Type } from "typebox";
import { NameSchema } from "./name.ts";

/**
 * pong's answer to `GET /echo`. `caller` is the address from which pong got the request. If it is
 * not ping's own address, something translated it (SNAT).
 */
export const EchoAnswerSchema = Type.Object({
  pod: NameSchema,
  node: NameSchema,
  caller: Type.String({ maxLength: 64 }),
});
export type EchoAnswer = Static<typeof EchoAnswerSchema>;
