import {
  type DecodeFault,
  decodeTargetList,
  listLimits,
  type RedisNames,
  TARGET_TYPES,
  type TargetType,
} from "@netchecker/contract";
import { connectAnew, type RedisPair, sayRedisError, subscribe } from "@netchecker/runtime/redis";
import { TokenBucket } from "../core/token-bucket.ts";
import type { ArrivedList, Log } from "../ports.ts";
import { ListConfirmer, readKept } from "./confirm-lists.ts";

const LOG_EVERY_MS = 60_000;

/**
 * An agent that receives no list for this long reconnects. It may listen to a server that is cut
 * off from netchecker and still calls itself a primary, and nothing else would tell it. If rounds
 * are further apart than this, the only cost is a new connection.
 */
const SILENCE_MS = 300_000;

/** The number of dropped messages so far, by fault. */
export type DroppedLists = Partial<Record<DecodeFault | "unconfirmed", number>>;

/**
 * The rate of lists that are answered, per type. Rounds come once a second at most, with one list
 * of each type.
 */
const LIST_RATE = { perSecond: 2, atOnce: 20 };

/**
 * Receives target lists from their channels. After each connection it also reads the keys, which
 * hold the list for an agent that was away. It drops and counts bad messages, and returns the
 * counts.
 */
export function receiveTargets(
  { subscriber, commands }: RedisPair,
  names: RedisNames,
  log: Log,
  onList: (arrived: ArrivedList) => void,
): DroppedLists {
  const dropped: DroppedLists = {};
  const loggedAt = new Map<TargetType, number>();
  const rates = new Map(
    TARGET_TYPES.map((type) => [
      type,
      new TokenBucket(LIST_RATE.perSecond, LIST_RATE.atOnce, performance.now()),
    ]),
  );
  const typeOf = new Map(TARGET_TYPES.map((type) => [names.lists[type], type]));

  let heardAt = performance.now();
  const silence = setInterval(() => {
    if (performance.now() - heardAt < SILENCE_MS) return;
    if (connectAnew(subscriber)) log.warn({}, "hears no target list; connects anew");
    heardAt = performance.now();
  }, SILENCE_MS / 5);
  silence.unref();
  subscriber.once("end", () => clearInterval(silence));

  const receive = (
    type: TargetType,
    text: string,
    via: ArrivedList["via"],
    dueInMs: number | null,
    agoMs = 0,
  ) => {
    const decoded = decodeTargetList(type, text);
    if (decoded.ok && !rates.get(type)!.take(performance.now()))
      return drop(type, via, "too_many", "lists come faster than rounds can");
    if (decoded.ok) {
      heardAt = performance.now();
      const list = decoded.value;
      return onList({ list, via, dueInMs: dueInMs ?? Math.max(1, list.reportWithinMs - agoMs) });
    }
    drop(type, via, decoded.fault, decoded.why);
  };
  const drop = (
    type: TargetType,
    via: ArrivedList["via"],
    fault: keyof DroppedLists,
    why: string,
  ) => {
    dropped[fault] = (dropped[fault] ?? 0) + 1;
    const now = performance.now();
    if (now - (loggedAt.get(type) ?? -Infinity) < LOG_EVERY_MS) return;
    loggedAt.set(type, now);
    log.warn({ type, via, fault, why, dropped }, "dropped a target list");
  };

  const confirmer = new ListConfirmer({
    commands,
    names,
    log,
    genuine: (type, text, agoMs) => receive(type, text, "channel", null, agoMs),
    kept: (type, { text, dueInMs }) => receive(type, text, "key", dueInMs),
    unconfirmed: (type) => drop(type, "channel", "unconfirmed", "another one stands under its key"),
  });

  const hear = (type: TargetType, text: string) => {
    const { chars } = listLimits(type);
    if (text.length > chars) return drop(type, "channel", "too_large", `above ${chars} characters`);
    confirmer.hear(type, text);
  };

  const catchUp = async () => {
    // The agent has two connections. This call came from the first one that is ready; the other one
    // will call again.
    if (commands.status !== "ready") return;
    await Promise.all(
      TARGET_TYPES.map(async (type) => {
        const kept = await readKept(commands, names, type);
        if (kept) receive(type, kept.text, "key", kept.dueInMs);
      }),
    ).catch((error: Error) =>
      log.debug(
        { why: sayRedisError(error) },
        "could not catch up, will after the next connection",
      ),
    );
  };

  commands.on("ready", () => void catchUp());
  subscribe(subscriber, [...typeOf.keys()], {
    message: (channel, text) => {
      const type = typeOf.get(channel);
      if (type) hear(type, text);
    },
    tooLarge: (channel) => {
      const type = typeOf.get(channel);
      if (type) drop(type, "channel", "too_large", "it was not even received");
    },
    subscribed: () => void catchUp(),
    refused: (error) => log.warn({ why: sayRedisError(error) }, "may not listen to target lists"),
  });
  return dropped;
}
