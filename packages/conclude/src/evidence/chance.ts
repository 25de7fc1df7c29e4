import { reasonCode, type TargetType } from "@netchecker/contract";
import { chanceOfAtLeast } from "./binomial.ts";
import type { Draft } from "./draft.ts";
import type { Claim } from "./claim.ts";
import type { Evidence } from "./evidence.ts";

/** Few failures that speak for a cause may be chance: so many rounds in which they are not. */
const RARE = 0.001;
/** Chance makes it every other round: then it is not even worth telling. */
const COMMON = 0.5;
const FEW = 8;
const LARGE_REQUEST = reasonCode("large_request_timeout");
const LARGE_RESPONSE = reasonCode("large_response_timeout");
/** Of these, an agent makes a probe or two a round. */
const OF_ONE_PROBE: ReadonlySet<Draft["layer"]> = new Set(["service", "dns", "external"]);

/**
 * Few failures are judged by how often chance alone makes the same: it makes about `places · qᵏ` such
 * patterns of k failures a round, where q is the share of outcomes that fail so for no reason. What
 * chance makes now and then is told as info; what it makes often goes back to the unexplained.
 */
export function judgeByChance(evidence: Evidence, drafts: readonly Draft[]): Draft[] {
  const weak = drafts.filter((each) => each.places !== null && each.claim.count <= FEW);
  const isWeak = new Set(weak);
  const shareOf = sharesWithout(evidence, weak);
  return drafts.flatMap((each) => {
    if (!isWeak.has(each) || isDefinite(evidence, each)) return [each];
    const perRound = each.places! * shareOf(each.claim) ** each.claim.count;
    if (perRound < RARE) return [each];
    if (perRound >= COMMON && !isAllThereIs(each)) {
      evidence.release(each.claim);
      return [];
    }
    return [mayBeChance(each)];
  });
}

/** The same, told as what may be lost packets: no alarm, unless it stays. */
export function mayBeChance(cause: Draft): Draft {
  return { ...cause, severity: "info", candidates: [...cause.candidates, "packet-loss"] };
}

/** For each of some weak claims: the share of outcomes that fail the same way, the claim's own left out. */
function sharesWithout(evidence: Evidence, weak: readonly Draft[]): (claim: Claim) => number {
  const claimed = weak.reduce((sum, { claim }) => sum + claim.count, 0);
  const claimedLarge = weak.reduce((sum, { claim }) => sum + largeIn(claim), 0);
  const share = (failed: number, of: number, own: number) => (failed - own + 0.5) / (of + 1);
  return (claim) => {
    const failed = evidence.open + claimed;
    const any = share(failed, evidence.works + failed, claim.count);
    if (largeIn(claim) < claim.count) return any;
    return Math.min(any, share(evidence.openLarge + claimedLarge, evidence.echoes, claim.count));
  };
}

/** Of losses that few failures show, those of large packets alone are the fewest. */
function largeIn({ reasons }: Claim): number {
  return reasons[LARGE_REQUEST]! + reasons[LARGE_RESPONSE]!;
}

/** One node's own view of a service, of DNS or of the outside is a probe or two: only that it stays can speak for it. */
function isAllThereIs({ nodes, peers, layer }: Draft): boolean {
  return nodes.length === 1 && peers.length === 0 && OF_ONE_PROBE.has(layer);
}

/** How often chance alone makes so many failures of one kind: hardly ever, seldom, or in most rounds. */
export function rarityOf(
  evidence: Evidence,
  claim: Claim,
  probes: number,
): "rare" | "seldom" | "common" {
  if (claim.cells.some(({ type, cell }) => isAnswer(evidence, type, cell))) return "rare";
  const share = (evidence.open + 0.5) / (evidence.works + evidence.open + 1);
  const perRound = chanceOfAtLeast(claim.count, probes, share);
  if (perRound < RARE) return "rare";
  return perRound < COMMON ? "seldom" : "common";
}

function isDefinite(evidence: Evidence, { claim }: Draft): boolean {
  return claim.cells.some(({ type, cell }) => isAnswer(evidence, type, cell));
}

/** An answer that says no is no lost packet. */
function isAnswer(evidence: Evidence, type: TargetType, cell: number): boolean {
  const reason = evidence.reasonAt(type, cell);
  if (reason === "dns_failure") {
    const detail = evidence.round.matrices[type].detail.get(cell);
    return detail !== undefined && detail !== "ETIMEOUT";
  }
  return !reason.endsWith("_timeout");
}
