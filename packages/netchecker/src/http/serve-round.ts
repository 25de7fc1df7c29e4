import { createHash } from "node:crypto";
import type { Verdict } from "@netchecker/contract";
import { isoTime } from "@netchecker/round/iso-time";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { Served } from "./served.ts";

/** Sentences about an answer itself, such as that Redis is away and the round comes from memory. */
export function noticesOf(served: Served, round: ClosedRound): string[] {
  const away = served.redisAwaySince();
  const trouble = served.redisTrouble();
  return [
    ...(away === null
      ? []
      : [`Redis is away since ${isoTime(away)}; this is the last round, served from memory.`]),
    ...(away === null && !round.head.stored
      ? [
          trouble === null
            ? "This round is not stored yet."
            : `This round is not stored: ${trouble}.`,
        ]
      : []),
  ];
}

/** The fields with which an answer about a round begins. */
export function envelope(served: Served, round: ClosedRound, verdict: Verdict | null): object {
  const away = served.redisAwaySince();
  return {
    verdict,
    round: round.head,
    summary: round.summary,
    findings: round.findings,
    redis: { awaySince: away === null ? null : isoTime(away) },
    notices: noticesOf(served, round),
  };
}

/** An ETag. It changes exactly when the answer to the same request changes. */
export function etagOf(
  served: Served,
  { head }: Pick<ClosedRound, "head">,
  verdict: Verdict | null,
  request: string,
): string {
  const trouble = head.stored ? null : served.redisTrouble();
  const state = [
    served.build,
    head.id,
    // A Redis that lost its data gives the same id again, so the id alone is not enough.
    Date.parse(head.startedAt).toString(36),
    head.stored ? "s" : "m",
    served.redisAwaySince() ?? 0,
    head.kept,
    digestOf([verdict, trouble, head.failure]),
  ];
  return `W/"${state.join("-")}-${Buffer.from(request).toString("base64url")}"`;
}

function digestOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 12);
}
