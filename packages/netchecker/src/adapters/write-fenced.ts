import type { RedisNames } from "@netchecker/contract";
import type { Redis } from "@netchecker/runtime/redis";
import { LeaseLostError } from "../core/lease-lost.ts";
import type { Lease } from "../ports.ts";

/**
 * Checks the lease inside the script that writes. If a process checked first and wrote later, it could be paused in
 * between for longer than its lease. It is enough to find the token in the text beside the lease, because the token
 * is random.
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

/** A script whose own KEYS and ARGV begin at 3. The first two are the lease and the text beside it. */
interface FencedScript {
  readonly body: string;
  /** From KEYS[3] on. */
  readonly keys: readonly string[];
  /** From ARGV[3] on. */
  readonly args: readonly (string | number | Buffer)[];
}

/** Runs a script as the holder of the lease. */
export type WriteFenced = (script: FencedScript) => Promise<unknown>;

/**
 * Returns a function that runs scripts. They write only while this process holds the lease, in the term that it knows;
 * otherwise the function rejects with a {@link LeaseLostError}. Scripts can call `isWrongType(reply)` on a reply of
 * `pcall`.
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
