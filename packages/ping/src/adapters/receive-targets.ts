import {
  type DecodeFault,
  decodeTargetList,
  type RedisNames,
  TARGET_TYPES,
  type TargetType,
} from "@netchecker/contract";
import { connectAnew, type RedisPair, sayRedisError, subscribe } from "@netchecker/runtime/redis";
import type { ArrivedList, Log } from "../ports.ts";

const LOG_EVERY_MS = 60_000;

/**
 * An agent that hears no list for so long connects anew: it may listen to a server that is cut off from
 * netchecker and still calls itself a primary, and nothing else would ever tell it. Where rounds are
 * rarer than that, it costs a connection.
 */
const SILENCE_MS = 300_000;

/** Messages that were dropped so far, by fault. */
export type DroppedLists = Partial<Record<DecodeFault, number>>;

/**
 * Receives target lists from their channels and, after each (re)connection, from the keys under which
 * they wait for an agent that was away. Bad messages are dropped and counted; returns the counts.
 */
export function receiveTargets(
  { subscriber, commands }: RedisPair,
  names: RedisNames,
  log: Log,
  onList: (arrived: ArrivedList) => void,
): DroppedLists {
  const dropped: DroppedLists = {};
  const loggedAt = new Map<TargetType, number>();
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
  ) => {
    const decoded = decodeTargetList(type, text);
    if (decoded.ok) {
      heardAt = performance.now();
      const list = decoded.value;
      return onList({ list, via, dueInMs: dueInMs ?? list.reportWithinMs });
    }
    const { fault, why } = decoded;
    dropped[fault] = (dropped[fault] ?? 0) + 1;
    const now = performance.now();
    if (now - (loggedAt.get(type) ?? -Infinity) < LOG_EVERY_MS) return;
    loggedAt.set(type, now);
    log.warn({ type, via, fault, why, dropped }, "dropped a target list");
  };

  const catchUp = async () => {
    // The first of the two connections to be ready comes too early; the other one calls again.
    if (commands.status !== "ready") return;
    await Promise.all(
      TARGET_TYPES.map(async (type) => {
        const key = names.listKeys[type];
        const replies = await commands.multi().get(key).pttl(key).exec();
        const text = replies?.[0]?.[1];
        const ttlMs = Number(replies?.[1]?.[1]);
        // The key expires when the report is due: clocks of nodes differ, what is left does not.
        if (typeof text === "string") receive(type, text, "key", ttlMs >= 0 ? ttlMs : null);
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
      if (type) receive(type, text, "channel", null);
    },
    subscribed: () => void catchUp(),
    refused: (error) => log.warn({ why: sayRedisError(error) }, "may not listen to target lists"),
  });
  return dropped;
}
