import { type Options, readOptions as read, type TypedOptions } from "@netchecker/runtime/options";
import { UsageError } from "./command.ts";

/** What is typed → values, and what is no option. Throws a {@link UsageError} that names every fault. */
export function readOptions<const O extends Options>(
  args: readonly string[],
  options: O,
  mayHavePositionals = false,
): Omit<TypedOptions<O>, "faults"> {
  const { faults, ...typed } = read(args, options, mayHavePositionals);
  if (faults.length > 0) throw new UsageError(faults);
  return typed;
}
