import type { RedisNames } from "@netchecker/contract";
import type { Log } from "@netchecker/runtime/log";
import { type Redis, sayRedisError } from "@netchecker/runtime/redis";
import { decodeHolder, encodeHolder, type OtherHolder, sayHolder } from "../core/lease-holder.ts";
import type { Holding, Lease } from "../ports.ts";
import type { RedisTroubleWatch } from "./watch-redis-trouble.ts";

const LEASE_MS = 15_000;

/** A pod of our name may be one of another cluster, as far as it said of which it is. */
const HOLD = `
local owner, told = redis.call("GET", KEYS[1]), redis.call("GET", KEYS[2])
local isOther = owner and owner ~= ARGV[1]
if owner == ARGV[1] and told and told ~= ARGV[5] then
  local read, holder = pcall(cjson.decode, told)
  isOther = read and type(holder) == "table" and holder.pod == owner
    and type(holder.cluster) == "string" and holder.cluster ~= ARGV[4]
end
if isOther then return {owner, told} end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
redis.call("SET", KEYS[2], ARGV[3], "PX", ARGV[2])
return {}`;

const RELEASE = `
if redis.call("GET", KEYS[1]) == ARGV[1] and redis.call("GET", KEYS[2]) == ARGV[2] then redis.call("DEL", KEYS[1], KEYS[2]) end
return 0`;

export interface LeaseParts {
  /** An id of this cluster; null while it is not known. */
  readonly cluster?: () => string | null;
  readonly clusterName?: string | null;
  readonly trouble?: RedisTroubleWatch;
}

/**
 * Renews by itself a few times in its lifetime, until `signal` aborts. `owner` is the pod's name: a
 * container that restarts in its pod goes on at once, another pod waits until the lease runs out.
 * The lease's value is that name alone, as versions wrote it that knew no more of its holder. A pod of the
 * same name in another cluster is told apart by what is written beside it.
 */
export function holdLease(
  redis: Redis,
  names: RedisNames,
  owner: string,
  log: Log,
  signal: AbortSignal,
  { cluster = () => null, clusterName = null, trouble }: LeaseParts = {},
): Lease {
  let holding: Holding = "redis_away";
  let standsBy = false;
  /** When Redis was last asked with success, of a clock that nobody sets. */
  let askedAt = -Infinity;
  let holder: OtherHolder | null = null;
  let said = "";
  /** What this process last wrote beside it. Its cluster's id may change meanwhile: the lease stays its own. */
  let written = "";
  const tell = (what: string): void => {
    if (said !== what) log.info({ owner, holding, what }, "the lease to open rounds");
    said = what;
  };
  const hold = async (): Promise<Holding> => {
    const ourCluster = cluster();
    const beside = encodeHolder({ pod: owner, cluster: ourCluster, clusterName });
    try {
      const keys = [names.lease, names.leaseHolder];
      const about = [owner, LEASE_MS, beside, ourCluster ?? "", written];
      const answer = await redis.eval(HOLD, keys.length, ...keys, ...about);
      const [other, told = null] = answer as [string?, (string | null)?];
      holder = other === undefined ? null : decodeHolder(other, told, ourCluster);
      if (!holder) written = beside;
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
  const renewal = setInterval(() => void hold(), LEASE_MS / 3);
  signal.addEventListener("abort", () => clearInterval(renewal));
  return {
    get holding() {
      return holding;
    },
    get standsBy() {
      return standsBy;
    },
    get holder() {
      // A lease that nobody could ask about for so long may be anybody's.
      return performance.now() - askedAt > LEASE_MS ? null : holder;
    },
    hold,
    async release() {
      await redis.eval(RELEASE, 2, names.lease, names.leaseHolder, owner, written);
    },
  };
}
