import { randomUUID } from "node:crypto";
import type { RedisNames } from "@netchecker/contract";
import type { Log } from "@netchecker/runtime/log";
import { type Redis, sayRedisError } from "@netchecker/runtime/redis";
import { decodeHolder, encodeHolder, type OtherHolder, sayHolder } from "../core/lease-holder.ts";
import { LeaseLostError } from "../core/lease-lost.ts";
import type { Holding, Lease } from "../ports.ts";
import type { RedisTroubleWatch } from "./watch-redis-trouble.ts";
import { writeFenced } from "./write-fenced.ts";

const LEASE_MS = 15_000;

/**
 * Takes or renews the lease. The script decides like this:
 * - A process that asks for the first time takes over a lease with its pod's name: it replaces the container that held
 *   it before.
 * - A process that has held the lease, and finds a token of another process, must not take it back: a younger process
 *   of the same name has followed it.
 * - A process may find a token of its own that it does not know. Then an earlier answer was lost. This begins a new
 *   term.
 * - A pod of the same name may belong to another cluster. The text beside the lease tells, if it names a cluster.
 * - A lease without an expiry was not written by a netchecker, and may be taken.
 * A full Redis must give the lease, too. It refuses a script only if its first write takes memory, so the script first
 * deletes both keys.
 */
const HOLD = `
local function read(key)
  local value = redis.pcall("GET", key)
  if type(value) ~= "table" then return value end
  if string.find(value.err, "WRONGTYPE", 1, true) then return false end
  return redis.call("GET", key)
end
local owner, told = read(KEYS[1]), read(KEYS[2])
local isRead, said = pcall(cjson.decode, told or "")
if not isRead or type(said) ~= "table" or said.pod ~= owner then said = {} end
local isMine = owner == ARGV[1]
local token = type(said.token) == "string" and said.token
local isKept = isMine and ARGV[6] ~= "" and token == ARGV[6]
local isOther = owner and not isMine
if isMine and not (token and string.sub(token, 1, #ARGV[7]) == ARGV[7]) then
  isOther = ARGV[6] ~= "" and token
    or type(said.cluster) == "string" and said.cluster ~= ARGV[3]
end
if isOther and redis.pcall("PTTL", KEYS[1]) ~= -1 then return {"other", owner, told} end
redis.call("DEL", KEYS[1], KEYS[2])
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
redis.call("SET", KEYS[2], isKept and ARGV[4] or ARGV[5], "PX", ARGV[2])
return {isKept and "kept" or "taken"}`;

const RELEASE = `
redis.call("DEL", KEYS[1], KEYS[2])
return 1`;

export interface LeaseParts {
  /** An id of this cluster; null while it is unknown. */
  readonly cluster?: () => string | null;
  readonly clusterName?: string | null;
  readonly trouble?: RedisTroubleWatch;
  /** How long the lease lasts without a renewal. */
  readonly leaseMs?: number;
}

/**
 * Holds the lease and renews it a few times in its lifetime, until `signal` aborts. `owner` is the pod's name. So a
 * container that restarts in its pod continues at once, while another pod waits until the lease runs out. The lease's
 * value is this name alone, as old versions wrote it. The text beside it tells a pod of the same name in another
 * cluster apart, and one term from another.
 */
export function holdLease(
  redis: Redis,
  names: RedisNames,
  owner: string,
  log: Log,
  signal: AbortSignal,
  { cluster = () => null, clusterName = null, trouble, leaseMs = LEASE_MS }: LeaseParts = {},
): Lease {
  let holding: Holding = "redis_away";
  let standsBy = false;
  /** When Redis last answered, by the monotonic clock. */
  let askedAt = -Infinity;
  let holder: OtherHolder | null = null;
  let said = "";
  const self = randomUUID();
  /** The token of the last term in which this process held the lease; empty before the first. */
  let token = "";
  const tell = (what: string): void => {
    if (said !== what) log.info({ owner, holding, what }, "the lease to open rounds");
    said = what;
  };
  const hold = async (): Promise<Holding> => {
    const ourCluster = cluster();
    const next = `${self}/${randomUUID()}`;
    const beside = (of: string) =>
      encodeHolder({ pod: owner, cluster: ourCluster, clusterName }, of);
    try {
      const keys = [names.lease, names.leaseHolder];
      const about = [owner, leaseMs, ourCluster ?? "", beside(token), beside(next), token, self];
      const answer = await redis.eval(HOLD, keys.length, ...keys, ...about);
      const [how, other = "", told = null] = answer as [string, string?, (string | null)?];
      holder = how === "other" ? decodeHolder(other, told, ourCluster) : null;
      if (how === "taken") token = next;
      holding = holder ? "other" : "held";
      standsBy = holder !== null;
      askedAt = performance.now();
      trouble?.worked("lease");
      tell(holder ? sayHolder(holder) : "this netchecker holds it");
    } catch (error) {
      holding = "redis_away";
      trouble?.failed(error, "lease");
      tell(`it cannot be asked for: ${sayRedisError(error)}`);
    }
    return holding;
  };
  let asking: Promise<Holding> | null = null;
  /** Asks once at a time, because two requests at once would each begin a term. */
  const holdOnce = (): Promise<Holding> => {
    asking ??= hold().finally(() => (asking = null));
    return asking;
  };
  const renewal = setInterval(() => void holdOnce(), leaseMs / 3);
  signal.addEventListener("abort", () => clearInterval(renewal));
  const lease: Lease = {
    get holding() {
      return holding;
    },
    get standsBy() {
      return standsBy;
    },
    get holder() {
      // If Redis has not answered for a whole lease, another netchecker may hold it by now.
      return performance.now() - askedAt > leaseMs ? null : holder;
    },
    get fence() {
      return standsBy || token === "" ? null : { owner, token };
    },
    hold: holdOnce,
    async release() {
      clearInterval(renewal);
      await asking;
      if (lease.fence === null) return;
      await writeFenced(
        redis,
        names,
        lease,
      )({ body: RELEASE, keys: [], args: [] }).catch((error: unknown) => {
        if (!(error instanceof LeaseLostError)) throw error;
      });
      standsBy = true;
    },
  };
  return lease;
}
