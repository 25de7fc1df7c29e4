import { Compile, type Validator } from "typebox/compile";
import type { TargetType } from "./check.ts";
import { type Decoded, decodeMessage, fail, type ShapeCheck } from "./decode.ts";
import {
  type MessageLimits,
  MAX_ANSWERERS_OF_TYPE,
  MAX_TARGETS_OF_TYPE,
  reportLimits,
} from "./message-limits.ts";
import { columnsFit } from "./outcome.ts";
import { type Report, ReportSchema } from "./report.ts";

// Compiled, because a round of 1,000 nodes brings 4,000 reports. The first report pays for it.
let compiled: Validator<{}, typeof ReportSchema> | undefined;
const validator = () => (compiled ??= Compile(ReportSchema));

const SHAPE: ShapeCheck<Report> = {
  check: (message): message is Report => validator().Check(message),
  errors: (message) => validator().Errors(message),
};

/**
 * Reads a message of a report channel. `type` is the type of that channel. `limits` are the limits
 * of the open round, if the caller knows them. Whether the report fits its list is for the
 * collector to check. Never throws.
 */
export function decodeReport(
  type: TargetType,
  text: string,
  limits: MessageLimits = reportLimits(type, MAX_TARGETS_OF_TYPE[type]),
): Decoded<Report> {
  const decoded = decodeMessage(text, limits, SHAPE);
  if (!decoded.ok) return decoded;
  const report = decoded.value;
  if (report.type !== type) return fail("wrong_type", `type is ${report.type}, allowed ${type}`);
  if (!columnsFit(report, report.reasons.length))
    return fail("wrong_shape", "columns differ in length or name an unknown reason");
  const answerers = MAX_ANSWERERS_OF_TYPE[type];
  if (Object.values(report.answeredBy).some(({ length }) => length > answerers))
    return fail("wrong_shape", `more than ${answerers} answerers of one target`);
  return decoded;
}
