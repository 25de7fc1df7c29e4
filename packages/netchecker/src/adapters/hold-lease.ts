import type { RedisNames } from "@netchecker/contract";
import type { Log } from "@netchecker/runtime/log";
import type { Redis } from "@netchecker/runtime/redis";
import type { Holding, Lease } from "../ports.ts";

const LEASE_MS = 15_000;

const HOLD = `
local owner = redis.call("GET", KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
return 1`;

const RELEASE = `
if redis.call("GET", KEYS[1]) == ARGV[1] then redis.call("DEL", KEYS[1]) end
return 0`;

/**
 * Renews by itself a few times in its lifetime, until `signal` aborts. `owner` is the pod's name: a
 * container that restarts in its pod goes on at once, another pod waits until the lease runs out.
 */
export function holdLease(
  redis: Redis,
  names: RedisNames,
  owner: string,
  log: Log,
  signal: AbortSignal,
): Lease {
  let holding: Holding = "redis_away";
  let standsBy = true;
  const hold = async (): Promise<Holding> => {
    const before = holding;
    try {
      const ours = Number(await redis.eval(HOLD, 1, names.lease, owner, LEASE_MS)) === 1;
      holding = ours ? "held" : "other";
    } catch {
      holding = "redis_away";
    }
    if (holding !== "redis_away") standsBy = holding === "other";
    if (holding !== before) log.info({ owner, holding }, "the lease to open rounds");
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
    hold,
    async release() {
      await redis.eval(RELEASE, 1, names.lease, owner);
    },
  };
}
