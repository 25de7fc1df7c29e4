import type { Finding, RedisNames } from "@netchecker/contract";
import type { Redis } from "@netchecker/runtime/redis";
import type { ClosedRound } from "../core/closed-round.ts";
import { decodeMemory, type FindingsMemory } from "../core/conclude/conclude.ts";
import { requireKnownVersion, UnreadableRecordError } from "../core/record-version.ts";
import { decodeFindings, decodeHead, decodeRound } from "../core/round-record.ts";
import type { OpenRound, RoundFindings, RoundStore, StoredRoundHead } from "../ports.ts";
import { decompress, textOf } from "./compressed.ts";
import type { UnreadableRecords } from "./unreadable-records.ts";

/** Single rounds as the store has them, and what is remembered beside them. What cannot be read is not there. */
export function readRounds(redis: Redis, names: RedisNames, unreadable: UnreadableRecords) {
  /** As many as are asked for, where there are: those that cannot be read are made up for by older ones. */
  async function heads(limit: number, before?: number): Promise<StoredRoundHead[]> {
    const found: StoredRoundHead[] = [];
    for (let below = before; found.length < limit;) {
      const ids = await newestIds(redis, names, limit - found.length, below);
      const page = await Promise.all(ids.map((id) => head(Number(id))));
      found.push(...page.filter((each) => each !== null));
      if (ids.length === 0) break;
      below = Number(ids.at(-1));
    }
    return found;
  }

  function head(id: number): Promise<StoredRoundHead | null> {
    const key = names.round(id);
    return unreadable.orNull(id, async () => {
      const [[stored, version], whole] = await Promise.all([
        redis.hmget(key, "head", VERSION_FIELD),
        redis.hexists(key, "columns"),
      ]);
      requireKnownVersion(versionOf(version));
      if (stored == null) return null;
      const known = headOf(id, stored);
      if (known.head.kept === "all" && !whole)
        return { ...known, head: { ...known.head, kept: "failures" } };
      return known;
    });
  }

  function round(id: number): Promise<ClosedRound | null> {
    return unreadable.orNull(id, async () => {
      const stored = await redis.hgetallBuffer(names.round(id));
      requireKnownVersion(versionOf(stored[VERSION_FIELD]));
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
    });
  }

  async function recentFindings(limit: number): Promise<RoundFindings[]> {
    const ids = await newestIds(redis, names, limit);
    const found: RoundFindings[] = [];
    for (const id of ids.map(Number)) {
      const each = await unreadable.orNull(id, async () => {
        const [storedHead, stored, version] = await redis.hmgetBuffer(
          names.round(id),
          "head",
          "findings",
          VERSION_FIELD,
        );
        requireKnownVersion(versionOf(version));
        if (!storedHead || !stored) return null;
        return {
          head: headOf(id, storedHead.toString()).head,
          findings: decodeFindings(await textOf(stored)),
        };
      });
      if (each) found.push(each);
    }
    return found;
  }

  async function findingsOf(id: number): Promise<readonly Finding[]> {
    const found = await unreadable.orNull(id, async () => {
      const [stored, version] = await redis.hmgetBuffer(names.round(id), "findings", VERSION_FIELD);
      requireKnownVersion(versionOf(version));
      return stored ? decodeFindings(await textOf(stored)) : null;
    });
    return found ?? [];
  }

  function storedMemory(): Promise<FindingsMemory | null> {
    return unreadable.orNull("memory", async () => {
      const stored = await redis.get(names.findings);
      return stored === null ? null : decodeMemory(stored);
    });
  }

  async function lastClosed(): Promise<ClosedRound | null> {
    for (let before: number | undefined; ;) {
      const page = await heads(20, before);
      for (const { head: each } of page) {
        const closed = each.state === "closed" ? await round(each.id) : null;
        if (closed) return closed;
      }
      const oldest = page.at(-1);
      if (!oldest) return null;
      before = oldest.head.id;
    }
  }

  async function openRound(): Promise<OpenRound | null> {
    const stored = await redis.get(names.openRound);
    return stored === null ? null : openRoundOf(stored);
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

/** The field of a round's hash that has its version. */
export const VERSION_FIELD = "v";

/** Null where the record has none. */
export function versionOf(field: Buffer | string | null | undefined): number | null {
  return field == null ? null : Number(field.toString());
}

function headOf(id: number, text: string): StoredRoundHead {
  const known = decodeHead(text);
  if (known.head.id !== id) throw new UnreadableRecordError("a head is of another round");
  return known;
}

/** What cannot be read is taken for no round: it must not keep others from being opened. */
function openRoundOf(text: string): OpenRound | null {
  try {
    const open = JSON.parse(text) as OpenRound | null;
    const whole = Number.isInteger(open?.id) && Number.isFinite(open?.startedAt);
    return whole ? open : null;
  } catch {
    return null;
  }
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
