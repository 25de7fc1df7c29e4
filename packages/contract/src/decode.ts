import { brokenBound } from "./json-bounds.ts";
import type { MessageLimits } from "./message-limits.ts";
import { visible } from "./visible.ts";

/**
 * Why a message was dropped. `too_many`: messages came too fast, and this one was not read at all.
 */
export type DecodeFault =
  | "too_large"
  | "too_many"
  | "not_json"
  | "wrong_version"
  | "wrong_shape"
  | "wrong_type";

export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: DecodeFault; readonly why: string };

const MAX_WHY_CHARS = 200;

/**
 * A decode failure. `why` may repeat text from a stranger, so it is cut and control characters are
 * spelled out.
 */
export function fail(fault: DecodeFault, why: string) {
  return { ok: false, fault, why: visible(why.slice(0, MAX_WHY_CHARS)) } as const;
}

interface ShapeError {
  readonly instancePath: string;
  readonly message: string;
}

/** How a schema is checked. A compiled check is fast; an interpreted one needs less memory. */
export interface ShapeCheck<T> {
  check(message: unknown): message is T;
  errors(message: unknown): readonly ShapeError[];
}

/**
 * A text from the wire → a message of version 1 and of the right shape, or the reason why it is not
 * one. A text beyond its limits is not parsed. Never throws.
 */
export function decodeMessage<T>(
  text: string,
  limits: MessageLimits,
  shape: ShapeCheck<T>,
): Decoded<T> {
  if (text.length > limits.chars)
    return fail("too_large", `${text.length} characters, allowed ${limits.chars}`);
  const broken = brokenBound(text, limits.json);
  if (broken !== null) return fail("too_large", `${broken} above ${limits.json[broken]}`);
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (error) {
    return fail("not_json", (error as Error).message);
  }
  if (shape.check(message)) return { ok: true, value: message };
  const version = (message as { v?: unknown } | null)?.v;
  if (version !== 1) return fail("wrong_version", `v is ${shortly(version)}, allowed 1`);
  const [first] = shape.errors(message);
  return fail(
    "wrong_shape",
    `${first?.instancePath || "message"} ${first?.message ?? "is invalid"}`,
  );
}

/** Only numbers and short texts are repeated. */
function shortly(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 50));
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
