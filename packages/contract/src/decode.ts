/** Messages above this size are not even parsed; a report of 10,000 targets stays well below. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** Why a message was dropped. */
export type DecodeFault = "too_large" | "not_json" | "wrong_version" | "wrong_shape" | "wrong_type";

export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: DecodeFault; readonly why: string };

export function fail(fault: DecodeFault, why: string) {
  return { ok: false, fault, why } as const;
}

interface ShapeError {
  readonly instancePath: string;
  readonly message: string;
}

/** How a schema is checked: compiled where messages are many, interpreted where memory counts. */
export interface ShapeCheck<T> {
  check(message: unknown): message is T;
  errors(message: unknown): readonly ShapeError[];
}

/** A text from the wire → a message of a shape and of version 1, or why it is none. Never throws. */
export function decodeMessage<T>(text: string, shape: ShapeCheck<T>): Decoded<T> {
  if (text.length > MAX_MESSAGE_BYTES)
    return fail("too_large", `${text.length} characters, allowed ${MAX_MESSAGE_BYTES}`);
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch (error) {
    return fail("not_json", (error as Error).message.slice(0, 200));
  }
  if (shape.check(message)) return { ok: true, value: message };
  const version = (message as { v?: unknown } | null)?.v;
  if (version !== 1)
    return fail("wrong_version", `v is ${JSON.stringify(version)?.slice(0, 50)}, allowed 1`);
  const [first] = shape.errors(message);
  return fail(
    "wrong_shape",
    `${first?.instancePath || "message"} ${first?.message ?? "is invalid"}`,
  );
}
