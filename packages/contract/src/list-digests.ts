import { type Static, Type } from "typebox";
import { Check } from "typebox/schema";
import { TARGET_TYPES, type TargetType } from "./check.ts";

/** SHA-256 in hex. */
const DigestSchema = Type.String({ pattern: "^[0-9a-f]{64}$" });

/**
 * What the lists of the round that is open look like, by type. It stands under a key that only netchecker's
 * user may write, and is small: with it, an agent knows a genuine list from a forged one.
 */
const ListDigestsSchema = Type.Object(
  Object.fromEntries(TARGET_TYPES.map((type) => [type, DigestSchema])) as Record<
    TargetType,
    typeof DigestSchema
  >,
);
export type ListDigests = Static<typeof ListDigestsSchema>;

/** What is kept under the key; null for anything else. Never throws. */
export function decodeListDigests(text: string): ListDigests | null {
  try {
    const digests: unknown = JSON.parse(text);
    return Check(ListDigestsSchema, digests) ? digests : null;
  } catch {
    return null;
  }
}
