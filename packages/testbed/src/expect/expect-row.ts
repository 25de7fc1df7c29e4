import type { Reason } from "@netchecker/contract";
import { type Effect, type Leg, type Loss, type Row, type RowEffect } from "./effect.ts";
import { backwards, reportLeg, waysOf } from "./legs.ts";

const SILENCE: readonly Reason[] = ["connect_timeout"];
/** What a response may die of where a connection came through: at random any stage may be lost for good. */
const ANY_STAGE: readonly Reason[] = [
  "connect_timeout",
  "response_timeout",
  "large_request_timeout",
  "large_response_timeout",
];

/** What all effects together do to one row; null where it must be ok. */
export function expectRow(
  row: Row,
  effects: readonly Effect[],
  backends: readonly string[],
): RowEffect | null {
  const ways = waysOf(row, backends);
  const found: RowEffect[] = [];
  for (const effect of effects) {
    const own = effect.onRow?.(row);
    if (own) found.push(own);
    for (const leg of ways.must) found.push(...lossesOn(leg, row, effect));
    for (const leg of ways.any)
      // Another backend may be drawn.
      found.push(...lossesOn(leg, row, effect).map((loss) => ({ ...loss, sure: false })));
  }
  if (found.length === 0) return null;
  return {
    reasons: [...new Set(found.flatMap(({ reasons }) => reasons))],
    sure: found.some(({ sure }) => sure),
  };
}

/** Whether an agent may be missing, for whatever reason. */
export const mayBeSilent = ({ maybeSilent, noRounds }: Effect, node: string): boolean =>
  noRounds === true || maybeSilent?.includes(node) === true;

/** Whether an agent's report arrives: surely not, perhaps, surely. */
export function expectReport(node: string, effects: readonly Effect[]): "no" | "maybe" | "yes" {
  let answer: "maybe" | "yes" = "yes";
  for (const effect of effects) {
    if (effect.silent?.includes(node)) return "no";
    if (mayBeSilent(effect, node) || effect.starved?.includes(node)) answer = "maybe";
    const leg = reportLeg(node);
    for (const way of [leg, backwards(leg)]) {
      const loss = effect.onLeg?.(way);
      if (loss?.of === "all" && isSure(loss)) return "no";
      // Lists and reports may need large packets, and retransmissions end some day.
      if (loss && loss.of !== "connections") answer = "maybe";
      // The connection stands already, unless something else broke it.
      if (loss?.of === "connections" && effects.length > 1) answer = "maybe";
    }
  }
  return answer;
}

function lossesOn(leg: Leg, row: Row, effect: Effect): RowEffect[] {
  const found: RowEffect[] = [];
  const forth = effect.onLeg?.(leg);
  const back = effect.onLeg?.(backwards(leg));
  if (forth) found.push(...forwardLoss(forth, leg, row));
  if (back) found.push(...backwardLoss(back, leg, row));
  return found;
}

function forwardLoss(loss: Loss, leg: Leg, row: Row): RowEffect[] {
  if (loss.of === "large") return largeLoss(loss, row, "large_request_timeout");
  return [{ reasons: reasonsOf(loss, leg), sure: isSure(loss) }];
}

/** Answers belong to a connection, so that only what loses any packet loses them; whom they would tell is silent then. */
function backwardLoss(loss: Loss, leg: Leg, row: Row): RowEffect[] {
  if (loss.of === "connections") return [];
  if (loss.of === "large") return largeLoss(loss, row, "large_response_timeout");
  const silent = leg.protocol === "tcp" && loss.of === "all" ? SILENCE : reasonsOf(loss, leg);
  return [{ reasons: [...silent, ...reasonsOf(loss, leg)], sure: isSure(loss) }];
}

/** Only pong's echo sends anything large. */
function largeLoss(loss: Loss, { check }: Row, reason: Reason): RowEffect[] {
  return check === "echo" ? [{ reasons: [reason], sure: isSure(loss) }] : [];
}

const isSure = ({ of, sure }: Loss) => of !== "some" && sure !== false;

function reasonsOf(loss: Loss, { protocol }: Leg): readonly Reason[] {
  if (protocol === "udp") return ["dns_failure"];
  if (loss.of === "some") return ANY_STAGE;
  const reasons = loss.reasons ?? SILENCE;
  // It may have begun, or ended, in the midst of a connection.
  return loss.sure === false ? [...reasons, ...ANY_STAGE] : reasons;
}
