import { NOT_PROBED_CODE, reasonCode } from "@netchecker/contract";
import type { Evidence } from "./evidence.ts";
import { targetsOf } from "./source-tallies.ts";

const FAILURE = reasonCode("dns_failure");
/** c-ares' codes of replies without an address; others, such as ETIMEOUT and ECONNREFUSED, are no reply. */
const REPLIES = new Set(["ENODATA", "EFORMERR", "ESERVFAIL", "ENOTFOUND", "ENOTIMP", "EREFUSED"]);

/** Whether the detail of a `dns_failure` is what a DNS server replied; else none was reached. */
export function isReply(detail: string | undefined): boolean {
  return detail !== undefined && REPLIES.has(detail);
}

/** Whether a DNS server answered an agent anything, if only that it does not know; null where nobody asked. */
export function dnsAnswers(evidence: Evidence, n: number): boolean | null {
  const { service } = evidence.round.matrices;
  const cells = targetsOf(evidence, "service", "dns")
    .map((target) => service.cell(n, target))
    .filter((cell) => service.reasons[cell] !== NOT_PROBED_CODE);
  if (cells.length === 0) return null;
  return cells.some((cell) => {
    const timedOut = evidence.reasonAt("service", cell).endsWith("_timeout");
    if (service.reasons[cell] === FAILURE) return isReply(service.detail.get(cell));
    return !timedOut;
  });
}

/** Whether DNS works for the cluster: then a node that misses it has a fault of its own. */
export function mostHaveDns(evidence: Evidence): boolean {
  let answered = 0;
  let asked = 0;
  for (const n of evidence.nodes.keys()) {
    const answers = dnsAnswers(evidence, n);
    if (answers !== null) asked += 1;
    if (answers) answered += 1;
  }
  return answered * 2 > asked || asked === 1;
}
