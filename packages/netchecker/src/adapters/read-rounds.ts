import { type Finding, type RedisNames, RoundIdSchema } from "@netchecker/contract";
import type { Redis } from "@netchecker/runtime/redis";
import { Check } from "typebox/schema";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { decodeMemory, type FindingsMemory } from "@netchecker/conclude";
import {
  decoding,
  requireKnownVersion,
  UnreadableRecordError,
} from "@netchecker/round/record-version";
import { decodeFindings, decodeHead, decodeRound } from "../core/round-record.ts";
import type {
  MeasuredRound,
  OpenRound,
  RoundFindings,
  RoundStore,
  StoredRoundHead,
} from "../ports.ts";
import { decompress, textOf } from "./compressed.ts";
import type { UnreadableRecords } from "./unreadable-records.ts";

/** A round that was measured and not concluded is among the newest few. */
const MAX_ROUNDS_SEARCHED = 20;

/** Reads single rounds and the memory. A record that cannot be read counts as missing. */
export function readRounds(redis: Redis, names: RedisNames, unreadable: UnreadableRecords) {
  /** Reads `limit` heads, if there are so many. An unreadable head is replaced by an older one. */
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

  async function round(id: number): Promise<ClosedRound | null> {
    const found = await roundAs(id, "closed");
    return found && found.round;
  }

  /** Reads a round with a result; null if it is in another state. */
  function roundAs(id: number, state: "closed" | "measured"): Promise<MeasuredRound | null> {
    return unreadable.orNull(id, async () => {
      const stored = await redis.hgetallBuffer(names.round(id));
      requireKnownVersion(versionOf(stored[VERSION_FIELD]));
      const { plan, findings, failures, columns, extras } = stored;
      if (!stored["head"] || !plan || !failures) return null;
      if (headOf(id, stored["head"].toString()).head.state !== state) return null;
      const decoded = decodeRound({
        head: stored["head"].toString(),
        plan: await textOf(plan),
        findings: findings ? await textOf(findings) : "[]",
        failures: await textOf(failures),
        ...(columns &&
          extras && { columns: await decompress(columns), extras: await textOf(extras) }),
      });
      return { round: decoded, begun: Number(stored["begun"] ?? 0) };
    });
  }

  async function measured(): Promise<MeasuredRound[]> {
    const found: MeasuredRound[] = [];
    for (const { head: each } of (await heads(MAX_ROUNDS_SEARCHED)).toReversed()) {
      const left = each.state === "measured" ? await roundAs(each.id, "measured") : null;
      if (left) found.push(left);
    }
    return found;
  }

  async function* recentFindings(limit: number): AsyncGenerator<RoundFindings> {
    const ids = await newestIds(redis, names, limit);
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
      if (each) yield each;
    }
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
    return unreadable.orNull("the open round", async () => {
      const stored = await redis.get(names.openRound);
      return stored === null ? null : openRoundOf(stored);
    });
  }

  return {
    heads,
    head,
    round,
    lastClosed,
    findings: recentFindings,
    findingsOf,
    memory: storedMemory,
    measured,
    openRound,
  } satisfies Partial<RoundStore>;
}

/** The field with the record's version in a round's hash. */
export const VERSION_FIELD = "v";

/** Null if the record has no version. */
export function versionOf(field: Buffer | string | null | undefined): number | null {
  return field == null ? null : Number(field.toString());
}

function headOf(id: number, text: string): StoredRoundHead {
  const known = decodeHead(text);
  if (known.head.id !== id) throw new UnreadableRecordError("a head is of another round");
  return known;
}

function openRoundOf(text: string): OpenRound {
  return decoding("the open round", () => {
    const open = JSON.parse(text) as OpenRound | null;
    const isWhole =
      Check(RoundIdSchema, open?.id) && Number.isFinite(new Date(open?.startedAt ?? NaN).getTime());
    if (!open || !isWhole) throw new UnreadableRecordError("the open round has another shape");
    return { id: open.id, startedAt: open.startedAt };
  });
}

/** Ids of kept rounds, newest first: all of them, or `limit` of them below `before`. */
export function newestIds(
  redis: Redis,
  names: RedisNames,
  limit = -1,
  before?: number,
): Promise<string[]> {
  const highest = before === undefined ? "+inf" : `(${before}`;
  return redis.zrange(names.rounds, highest, "-inf", "BYSCORE", "REV", "LIMIT", 0, limit);
}
