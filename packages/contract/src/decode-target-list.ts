import { Check, Errors } from "typebox/schema";
import { isCheckOf, type TargetType } from "./check.ts";
import { type Decoded, decodeMessage, fail, type ShapeCheck } from "./decode.ts";
import { listLimits } from "./message-limits.ts";
import { type TargetList, TargetListSchema } from "./target-list.ts";

// Interpreted, not compiled: the compiler would cost each agent 4 MB of memory, for four messages a
// minute.
const SHAPE: ShapeCheck<TargetList> = {
  check: (message): message is TargetList => Check(TargetListSchema, message),
  errors: (message) => Errors(TargetListSchema, message)[1],
};

/**
 * Reads a message of a list channel or of a list key. `type` is the type of that channel. Never
 * throws.
 */
export function decodeTargetList(type: TargetType, text: string): Decoded<TargetList> {
  const limits = listLimits(type);
  const decoded = decodeMessage(text, limits, SHAPE);
  if (!decoded.ok) return decoded;
  const list = decoded.value;
  if (list.type !== type) return fail("wrong_type", `type is ${list.type}, allowed ${type}`);
  const foreign = list.check.find((check) => !isCheckOf(type, check));
  if (foreign) return fail("wrong_type", `check ${foreign} does not belong to type ${type}`);
  const count = list.check.length;
  if (count > limits.targets)
    return fail("too_large", `${count} targets, allowed ${limits.targets}`);
  if ([list.name, list.node, list.address].some((column) => column.length !== count))
    return fail("wrong_shape", `columns differ in length`);
  return decoded;
}
