import { connectOnce, explainRedisError, type RedisAddress } from "@netchecker/runtime/redis";

const PATIENCE_MS = 2_000;
const MIB = 1024 * 1024;
const ADVICE = "docs/security.md says what to set";

/** The limits that bound what a client can make Redis hold, each with the most that bounds anything, bytes; 0 is no limit. */
const MOST_BYTES = {
  "proto-max-bulk-len": 64 * MIB,
  "client-query-buffer-limit": 128 * MIB,
  "maxmemory-clients": Number.MAX_SAFE_INTEGER,
} as const;

/** Which limits Redis lacks, or why that cannot be seen, as a sentence; null where it has them all. */
export async function lookAtRedisLimits(address: RedisAddress): Promise<string | null> {
  try {
    const redis = await connectOnce(address, "netchecker-diagnosis", PATIENCE_MS);
    try {
      const answer = (await redis.config("GET", ...Object.keys(MOST_BYTES))) as string[];
      return lacking(answer);
    } finally {
      redis.disconnect();
    }
  } catch (error) {
    const { sentence } = explainRedisError(error);
    return `what bounds the clients of Redis cannot be seen from here (CONFIG GET: ${sentence}); ${ADVICE}`;
  }
}

/** `answer`: names and values by turns. A value may be a share of all memory, as `5%`. */
function lacking(answer: readonly string[]): string | null {
  const given = new Map(
    answer.flatMap((name, at) => (at % 2 === 0 ? [[name, answer[at + 1]!]] : [])),
  );
  const without = Object.entries(MOST_BYTES).filter(([name, most]) => {
    const value = given.get(name);
    if (value === undefined) return true;
    return !value.endsWith("%") && (Number(value) === 0 || Number(value) > most);
  });
  if (without.length === 0) return null;
  const names = without.map(([name]) => `${name} ${given.get(name) ?? "(unknown to it)"}`);
  return `one client can make Redis hold what it likes: ${names.join(", ")}; ${ADVICE}`;
}
