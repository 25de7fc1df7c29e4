import { Compile, type Validator } from "typebox/compile";
import type { TargetType } from "./check.ts";
import { type Decoded, decodeMessage, fail, type ShapeCheck } from "./decode.ts";
import { columnsFit } from "./outcome.ts";
import { type Report, ReportSchema } from "./report.ts";

// Compiled, by the first report: a round of 1,000 nodes brings 4,000 of them.
let compiled: Validator<{}, typeof ReportSchema> | undefined;
const validator = () => (compiled ??= Compile(ReportSchema));

const SHAPE: ShapeCheck<Report> = {
  check: (message): message is Report => validator().Check(message),
  errors: (message) => validator().Errors(message),
};

/** A message of a report channel, for that channel's type. Whether it fits its list, the collector sees. Never throws. */
export function decodeReport(type: TargetType, text: string): Decoded<Report> {
  const decoded = decodeMessage(text, SHAPE);
  if (!decoded.ok) return decoded;
  const report = decoded.value;
  if (report.type !== type) return fail("wrong_type", `type is ${report.type}, allowed ${type}`);
  if (!columnsFit(report, report.reasons.length))
    return fail("wrong_shape", "columns differ in length or name an unknown reason");
  return decoded;
}
