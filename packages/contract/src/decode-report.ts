import { Compile, type Validator } from "typebox/compile";
import type { TargetType } from "./check.ts";
import { type Decoded, decodeMessage, fail, type ShapeCheck } from "./decode.ts";
import {
  type MessageLimits,
  MOST_ANSWERERS,
  MOST_TARGETS,
  reportLimits,
} from "./message-limits.ts";
import { columnsFit } from "./outcome.ts";
import { type Report, ReportSchema } from "./report.ts";

// Compiled, by the first report: a round of 1,000 nodes brings 4,000 of them.
let compiled: Validator<{}, typeof ReportSchema> | undefined;
const validator = () => (compiled ??= Compile(ReportSchema));

const SHAPE: ShapeCheck<Report> = {
  check: (message): message is Report => validator().Check(message),
  errors: (message) => validator().Errors(message),
};

/**
 * A message of a report channel, for that channel's type. Whether it fits its list, the collector sees.
 * `limits` are those of the round that is open, where the caller knows it. Never throws.
 */
export function decodeReport(
  type: TargetType,
  text: string,
  limits: MessageLimits = reportLimits(type, MOST_TARGETS[type]),
): Decoded<Report> {
  const decoded = decodeMessage(text, limits, SHAPE);
  if (!decoded.ok) return decoded;
  const report = decoded.value;
  if (report.type !== type) return fail("wrong_type", `type is ${report.type}, allowed ${type}`);
  if (!columnsFit(report, report.reasons.length))
    return fail("wrong_shape", "columns differ in length or name an unknown reason");
  const answerers = MOST_ANSWERERS[type];
  if (Object.values(report.answeredBy).some(({ length }) => length > answerers))
    return fail("wrong_shape", `more than ${answerers} answerers of one target`);
  return decoded;
}
