import { connectOnce, explainRedisError, type RedisAddress } from "@netchecker/runtime/redis";

const ANSWER_TIMEOUT_MS = 2_000;
const MIB = 1024 * 1024;
const ADVICE = "docs/security.md says what to set";

/**
 * Redis' limits for the memory of one client, each with the highest value that is still a useful limit, in bytes. A
 * value of 0 means no limit.
 */
const MAX_BYTES = {
  "proto-max-bulk-len": 64 * MIB,
  "client-query-buffer-limit": 128 * MIB,
  "maxmemory-clients": Number.MAX_SAFE_INTEGER,
} as const;

/** A sentence that names the limits that Redis lacks, or says why they cannot be read. Null if Redis has them all. */
export async function lookAtRedisLimits(address: RedisAddress): Promise<string | null> {
  try {
    const redis = await connectOnce(address, "netchecker-diagnosis", ANSWER_TIMEOUT_MS);
    try {
      const answer = (await redis.config("GET", ...Object.keys(MAX_BYTES))) as string[];
      return lacking(answer);
    } finally {
      redis.disconnect();
    }
  } catch (error) {
    const { sentence } = explainRedisError(error);
    return `what bounds the clients of Redis cannot be seen from here (CONFIG GET: ${sentence}); ${ADVICE}`;
  }
}

/** `answer` has names and values in turn. A value may be a share of all memory, such as `5%`. */
function lacking(answer: readonly string[]): string | null {
  const given = new Map(
    answer.flatMap((name, at) => (at % 2 === 0 ? [[name, answer[at + 1]!]] : [])),
  );
  const without = Object.entries(MAX_BYTES).filter(([name, max]) => {
    const value = given.get(name);
    if (value === undefined) return true;
    return !value.endsWith("%") && (Number(value) === 0 || Number(value) > max);
  });
  if (without.length === 0) return null;
  const names = without.map(([name]) => `${name} ${given.get(name) ?? "(unknown to it)"}`);
  return `one client can make Redis hold what it likes: ${names.join(", ")}; ${ADVICE}`;
}
