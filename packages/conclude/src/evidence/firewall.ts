import type { Claim } from "./claim.ts";

/** Others may be lost for another reason, on the same way. */
const MANY = 0.3;
const MOST = 0.8;

/**
 * Whether something on the way says no, instead of losing packets. Of a silent node, `host_unreachable`
 * is what its neighbours' ARP says: that it is gone.
 */
export function refuses(claim: Claim, silentNode: boolean): boolean {
  return silentNode
    ? claim.share("connection_refused", "connection_reset") >= MOST
    : claim.share("connection_refused", "connection_reset", "host_unreachable") >= MANY;
}
