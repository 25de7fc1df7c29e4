import type { Check } from "@netchecker/contract";
import type { Draft } from "../evidence/draft.ts";
import type { Where } from "../evidence/where.ts";

/** Says where a check fails that no rule names. `targets` are the names of the targets, if they are no nodes. */
export function sayCheckFailed(
  check: Check,
  { nodes = [], peers = [], direction = null }: Partial<Draft>,
  targets = "",
): (where: Where) => string {
  return (where) => {
    const arrow = { in: "←", out: "→", both: "↔" }[direction ?? "both"];
    const at = nodes.length === 0 ? "All nodes" : where.nodes;
    const place = peers.length === 0 ? at : `${where.nodes} ${arrow} ${where.peers}`;
    const way =
      peers.length > 0 || direction === null || targets !== ""
        ? ""
        : { in: " towards it", out: " from it", both: " towards it and from it" }[direction];
    const what = `the check ${check}${targets === "" ? "" : ` of ${targets}`}`;
    return `${place}: ${what} fails${way}${where.family} (${where.count} probes); no other finding explains it. Look at what this check needs and the others do not.`;
  };
}
