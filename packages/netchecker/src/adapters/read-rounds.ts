import type { Finding, RedisNames } from "@netchecker/contract";
import type { Redis } from "@netchecker/runtime/redis";
import type { ClosedRound } from "../core/closed-round.ts";
import { decodeMemory, type FindingsMemory } from "../core/conclude/conclude.ts";
import { decodeFindings, decodeHead, decodeRound } from "../core/round-record.ts";
import type { OpenRound, RoundFindings, RoundStore, StoredRoundHead } from "../ports.ts";
import { decompress, textOf } from "./compressed.ts";

/** Single rounds as the store has them, and what is remembered beside them. */
export function readRounds(redis: Redis, names: RedisNames) {
  async function heads(limit: number, before?: number): Promise<StoredRoundHead[]> {
    const ids = await newestIds(redis, names, limit, before);
    const found = await Promise.all(ids.map((id) => head(Number(id))));
    return found.filter((each) => each !== null);
  }

  async function head(id: number): Promise<StoredRoundHead | null> {
    const key = names.round(id);
    const [stored, whole] = await Promise.all([
      redis.hget(key, "head"),
      redis.hexists(key, "columns"),
    ]);
    if (stored === null) return null;
    const known = decodeHead(stored);
    if (known.head.kept === "all" && !whole)
      return { ...known, head: { ...known.head, kept: "failures" } };
    return known;
  }

  async function round(id: number): Promise<ClosedRound | null> {
    const stored = await redis.hgetallBuffer(names.round(id));
    const { plan, findings, failures, columns, extras } = stored;
    if (!stored["head"] || !plan || !failures) return null;
    return decodeRound({
      head: stored["head"].toString(),
      plan: await textOf(plan),
      findings: findings ? await textOf(findings) : "[]",
      failures: await textOf(failures),
      ...(columns &&
        extras && { columns: await decompress(columns), extras: await textOf(extras) }),
    });
  }

  async function recentFindings(limit: number): Promise<RoundFindings[]> {
    const ids = await newestIds(redis, names, limit);
    const found: RoundFindings[] = [];
    for (const id of ids) {
      const [storedHead, stored] = await redis.hmgetBuffer(
        names.round(Number(id)),
        "head",
        "findings",
      );
      if (storedHead && stored)
        found.push({
          head: decodeHead(storedHead.toString()).head,
          findings: decodeFindings(await textOf(stored)),
        });
    }
    return found;
  }

  async function findingsOf(id: number): Promise<readonly Finding[]> {
    const stored = await redis.hgetBuffer(names.round(id), "findings");
    return stored === null ? [] : decodeFindings(await textOf(stored));
  }

  async function storedMemory(): Promise<FindingsMemory | null> {
    const stored = await redis.get(names.findings);
    return stored === null ? null : decodeMemory(stored);
  }

  async function lastClosed(): Promise<ClosedRound | null> {
    for (let before: number | undefined; ;) {
      const page = await heads(20, before);
      const closed = page.find((each) => each.head.state === "closed");
      if (closed) return round(closed.head.id);
      const oldest = page.at(-1);
      if (!oldest) return null;
      before = oldest.head.id;
    }
  }

  async function openRound(): Promise<OpenRound | null> {
    const stored = await redis.get(names.openRound);
    return stored === null ? null : (JSON.parse(stored) as OpenRound);
  }

  return {
    heads,
    head,
    round,
    lastClosed,
    findings: recentFindings,
    findingsOf,
    memory: storedMemory,
    openRound,
  } satisfies Partial<RoundStore>;
}

/** Ids of kept rounds, newest first: all of them, or so many below `before`. */
export function newestIds(
  redis: Redis,
  names: RedisNames,
  limit = -1,
  before?: number,
): Promise<string[]> {
  const highest = before === undefined ? "+inf" : `(${before}`;
  return redis.zrange(names.rounds, highest, "-inf", "BYSCORE", "REV", "LIMIT", 0, limit);
}
