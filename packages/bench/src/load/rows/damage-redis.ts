import type { RedisNames } from "@netchecker/contract";
import type { Redis } from "@netchecker/runtime/redis";

/** The ways in which a record in Redis can be damaged. */
export const DAMAGE_KINDS = [
  "not JSON",
  "null",
  "{}",
  "cut in half",
  "of another type",
  "of an older version",
  "of a newer version",
  "100 times too long",
] as const;
export type DamageKind = (typeof DAMAGE_KINDS)[number];

/** A key in Redis, or one field of it. `field` is null for the whole key. */
export interface Place {
  readonly key: string;
  readonly field: string | null;
}

/** All keys that stay when a netchecker ends, and all fields of the newest round. */
export async function placesToDamage(redis: Redis, names: RedisNames): Promise<Place[]> {
  const [last] = await redis.zrange(names.fullRounds, "-1", "-1");
  const round = names.round(Number(last));
  const fields = await redis.hkeys(round);
  const keys = [
    round,
    names.openRound,
    names.findings,
    names.roundId,
    names.lease,
    names.leaseHolder,
    names.rounds,
    names.fullRounds,
  ];
  return [
    ...keys.map((key) => ({ key, field: null })),
    ...fields.map((field) => ({ key: round, field })),
  ];
}

export const sayPlace = ({ key, field }: Place): string =>
  field === null ? key.replace(/\d+$/, "N") : `a round's ${field}`;

/** Damages a place in one way. A key with a lifetime, such as a lease, keeps its lifetime. */
export async function damage(redis: Redis, { key, field }: Place, kind: DamageKind): Promise<void> {
  const ttlMs = await redis.pttl(key);
  if (field !== null)
    await redis.hset(key, field, damaged(await redis.hgetBuffer(key, field), kind));
  else if (kind === "of another type") {
    const type = await redis.type(key);
    await redis.del(key);
    if (type === "list") await redis.set(key, "a text");
    else await redis.rpush(key, "a list");
  } else {
    const before = (await redis.type(key)) === "string" ? await redis.getBuffer(key) : null;
    await redis.del(key);
    await redis.set(key, damaged(before, kind));
  }
  if (ttlMs > 0) await redis.pexpire(key, ttlMs);
}

function damaged(before: Buffer | null, kind: DamageKind): Buffer {
  const value = before ?? Buffer.from("[1, 2, 3]");
  switch (kind) {
    case "null":
    case "{}":
      return Buffer.from(kind);
    case "cut in half":
      return value.subarray(0, Math.floor(value.length / 2));
    case "of another type":
      return Buffer.from("[[1], true]");
    case "of an older version":
      return withVersion(value, 0);
    case "of a newer version":
      return withVersion(value, 1_000);
    case "100 times too long":
      return Buffer.concat(Array.from({ length: 100 }, () => value));
    default:
      return Buffer.from("\u0000 this is no JSON {");
  }
}

/** An object with the version `v`. If the value is no object, the result is the number alone. */
function withVersion(value: Buffer, v: number): Buffer {
  try {
    const read: unknown = JSON.parse(value.toString());
    const isObject = typeof read === "object" && read !== null && !Array.isArray(read);
    return Buffer.from(JSON.stringify(isObject ? { ...read, v } : v));
  } catch {
    return Buffer.from(String(v));
  }
}
