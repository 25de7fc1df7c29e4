import type { Static, TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import { isCheckOf, type TargetType } from "./check.ts";
import { type EchoAnswer, EchoAnswerSchema } from "./echo.ts";
import { columnsFit } from "./outcome.ts";
import { ReportSchema, type Report } from "./report.ts";
import { TargetListSchema, type TargetList } from "./target-list.ts";

/** Messages above this size are not even parsed; a report of 10,000 targets stays well below. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** Why a message was dropped. */
export type DecodeFault = "too_large" | "not_json" | "wrong_version" | "wrong_shape" | "wrong_type";

export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: DecodeFault; readonly why: string };

const fail = (fault: DecodeFault, why: string) => ({ ok: false, fault, why }) as const;

/** Compiling costs milliseconds and memory: done once, by the first message, in the service that gets it. */
function lazily<S extends TSchema>(schema: S): () => Validator<{}, S> {
  let compiled: Validator<{}, S> | undefined;
  return () => (compiled ??= Compile(schema));
}

function decoder<S extends TSchema>(schema: S) {
  const validator = lazily(schema);
  return (text: string): Decoded<Static<S>> => {
    if (text.length > MAX_MESSAGE_BYTES)
      return fail("too_large", `${text.length} characters, allowed ${MAX_MESSAGE_BYTES}`);
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch (error) {
      return fail("not_json", (error as Error).message.slice(0, 200));
    }
    if (validator().Check(message)) return { ok: true, value: message };
    const version = (message as { v?: unknown } | null)?.v;
    if (version !== 1)
      return fail("wrong_version", `v is ${JSON.stringify(version)?.slice(0, 50)}, allowed 1`);
    const [first] = validator().Errors(message);
    return fail(
      "wrong_shape",
      `${first?.instancePath || "message"} ${first?.message ?? "is invalid"}`,
    );
  };
}

const decodeListShape = decoder(TargetListSchema);
const decodeReportShape = decoder(ReportSchema);

/** A message of a list channel, or of a list key, for that channel's type. Never throws. */
export function decodeTargetList(type: TargetType, text: string): Decoded<TargetList> {
  const decoded = decodeListShape(text);
  if (!decoded.ok) return decoded;
  const list = decoded.value;
  if (list.type !== type) return fail("wrong_type", `type is ${list.type}, allowed ${type}`);
  const foreign = list.check.find((check) => !isCheckOf(type, check));
  if (foreign) return fail("wrong_type", `check ${foreign} does not belong to type ${type}`);
  const count = list.check.length;
  if ([list.name, list.node, list.address].some((column) => column.length !== count))
    return fail("wrong_shape", `columns differ in length`);
  return decoded;
}

/** A message of a report channel, for that channel's type. Whether it fits its list, the collector sees. Never throws. */
export function decodeReport(type: TargetType, text: string): Decoded<Report> {
  const decoded = decodeReportShape(text);
  if (!decoded.ok) return decoded;
  const report = decoded.value;
  if (report.type !== type) return fail("wrong_type", `type is ${report.type}, allowed ${type}`);
  if (!columnsFit(report, report.reasons.length))
    return fail("wrong_shape", "columns differ in length or name an unknown reason");
  return decoded;
}

const echoAnswer = lazily(EchoAnswerSchema);

/** What pong says of itself on `GET /echo`. Never throws. */
export function decodeEchoAnswer(text: string): Decoded<EchoAnswer> {
  try {
    const answer: unknown = JSON.parse(text);
    return echoAnswer().Check(answer)
      ? { ok: true, value: answer }
      : fail("wrong_shape", "it does not name a pod, a node and a caller");
  } catch (error) {
    return fail("not_json", (error as Error).message.slice(0, 200));
  }
}
