import { Check } from "typebox/schema";
import { type Decoded, fail } from "./decode.ts";
import { type EchoAnswer, EchoAnswerSchema } from "./echo.ts";

/** Reads pong's answer to `GET /echo`. Never throws. */
export function decodeEchoAnswer(text: string): Decoded<EchoAnswer> {
  try {
    const answer: unknown = JSON.parse(text);
    return Check(EchoAnswerSchema, answer)
      ? { ok: true, value: answer }
      : fail("wrong_shape", "it does not name a pod, a node and a caller");
  } catch (error) {
    return fail("not_json", (error as Error).message.slice(0, 200));
  }
}
