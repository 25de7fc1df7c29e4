import type { RedisNames } from "@netchecker/contract";
import type { Redis } from "@netchecker/runtime/redis";
import { LeaseLostError } from "../core/lease-lost.ts";
import type { Lease } from "../ports.ts";

/**
 * The lease is looked at in the script that writes: between a look and a write of its own a process can stand
 * still for longer than its lease. The token is random, so that its text in what is written beside the lease is enough.
 */
const FENCE = `
local function isWrongType(reply)
  return type(reply) == "table" and type(reply.err) == "string" and string.find(reply.err, "WRONGTYPE", 1, true) ~= nil
end
local function textOf(key)
  local text = redis.pcall("GET", key)
  if type(text) == "table" and not isWrongType(text) then return redis.call("GET", key) end
  return type(text) == "string" and text or ""
end
if textOf(KEYS[1]) ~= ARGV[1] or not string.find(textOf(KEYS[2]), ARGV[2], 1, true) then return "not_holder" end
`;

/** What the lease and its holder take of a fenced script's KEYS and ARGV: its own begin at 3. */
interface FencedScript {
  readonly body: string;
  /** KEYS[3] and those that follow. */
  readonly keys: readonly string[];
  /** ARGV[3] and those that follow. */
  readonly args: readonly (string | number | Buffer)[];
}

/** Writes as the holder of the lease. */
export type WriteFenced = (script: FencedScript) => Promise<unknown>;

/**
 * Runs scripts that write only while this process holds the lease, in the term in which it knows that it does.
 * They reject with a {@link LeaseLostError} where it does not. A script can say `isWrongType(reply)` of what `pcall` gave.
 */
export function writeFenced(
  redis: Redis,
  names: RedisNames,
  lease: Pick<Lease, "fence">,
): WriteFenced {
  return async ({ body, keys, args }) => {
    const { fence } = lease;
    if (fence === null) throw new LeaseLostError();
    const allKeys = [names.lease, names.leaseHolder, ...keys];
    const allArgs = [fence.owner, fence.token, ...args];
    const reply = await redis.eval(FENCE + body, allKeys.length, ...allKeys, ...allArgs);
    if (reply === "not_holder") throw new LeaseLostError();
    return reply;
  };
}
