import { type Static, Type } from "typebox";
import { NameSchema } from "./target-list.ts";

/** Where pong answers. */
export const ECHO_PATH = "/echo";

/** The most that pong sends back, bytes; a larger body gets a 413. */
export const MAX_ECHO_BYTES = 64 * 1024;

/** What pong says of itself on `GET /echo`. `caller` is the address that pong saw: not ping's own means SNAT. */
export const EchoAnswerSchema = Type.Object({
  pod: NameSchema,
  node: NameSchema,
  caller: Type.String(),
});
export type EchoAnswer = Static<typeof EchoAnswerSchema>;

/** Every answer of pong names it in these headers too, so that a POST's answerer is known. */
export const POD_HEADER = "x-pong-pod";
export const NODE_HEADER = "x-pong-node";
