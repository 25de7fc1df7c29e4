import { type Static, Type } from "typebox";
import { Check } from "typebox/schema";
import { TARGET_TYPES, type TargetType } from "./check.ts";

/** SHA-256 in hex. */
const DigestSchema = Type.String({ pattern: "^[0-9a-f]{64}$" });

/**
 * The digests of the open round's lists, by type. They are stored under a key that only
 * netchecker's Redis user may write. With them, an agent can tell a genuine list from a forged one
 * without reading the list again.
 */
const ListDigestsSchema = Type.Object(
  Object.fromEntries(TARGET_TYPES.map((type) => [type, DigestSchema])) as Record<
    TargetType,
    typeof DigestSchema
  >,
);
export type ListDigests = Static<typeof ListDigestsSchema>;

/** Reads the value of that key. Null if the text is anything else. Never throws. */
export function decodeListDigests(text: string): ListDigests | null {
  try {
    const digests: unknown = JSON.parse(text);
    return Check(ListDigestsSchema, digests) ? digests : null;
  } catch {
    return null;
  }
}
