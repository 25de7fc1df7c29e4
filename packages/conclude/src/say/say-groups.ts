import type { Draft } from "../evidence/draft.ts";
import type { Where } from "../evidence/where.ts";

/** A cause between two nodes, or between two groups of nodes. */
export function sayGroups(cause: Draft, where: Where): string {
  const { kind, direction, layer, fact } = cause;
  const { nodes, peers, count, family } = where;
  const arrow = { in: "←", out: "→", both: "↔" }[direction ?? "both"];
  const sides = `${nodes} ${arrow} ${peers}`;
  const what = layer === "node" ? "connections" : "connections between pods";
  switch (kind) {
    case "partition":
      if (where.silent !== null) return saySilent(cause, where);
      return `${sides}: apart: ${what} fail${family} (${count} pairs), within each side they work. Look at what lies between the two${layer === "node" ? "" : ": the pod network (CNI) and its routes"}.`;
    case "firewall":
      return `${sides}: ${what} are refused, not lost${family}. Look at firewalls and network policies between them.`;
    case "mtu":
      return `${sides}: large packets are lost${family}, ${fact ?? "small ones"} get through. Look at the MTU on the path between them.`;
    case "packet-loss":
      return `${sides}: packets are lost${family}: ${count} probes needed more than one attempt, ${fact}. Look at the path between them.`;
    case "slow":
      return `${sides}: slow: ${fact}. Look at the path between them.`;
    case "undetermined":
      return `${sides}: ${what} fail${family} (${count} probes). Cannot tell a fault of one of the two from one of the path: nobody else is there to ask. Look at both.`;
    case "unexplained":
      return `${sides}: one probe failed, and nothing else speaks for a fault. Watch whether it stays.`;
    default:
      return `${sides}: ${what} fail${family} (${count} probes); to and from others they work. Look at the route between them.`;
  }
}

/** A cause between two groups, one of which is silent. Nobody measured how the silent nodes reach each other. */
function saySilent({ layer, ...sides }: Draft, where: Where): string {
  const { count, family, readiness } = where;
  const side = where.silent!;
  const who = `${where[side]}: ${sides[side].length} nodes fell silent together`;
  return layer === "node"
    ? `${who}: none of the others reaches them${family} (${count} pairs), and nothing is heard of them: they are down, or cut off together.${readiness} Look at what they share (power, switch, zone), then at the machines.`
    : `${who}: no pod of the others reaches theirs${family} (${count} pairs), and nothing is heard of them; the nodes themselves answer.${readiness} Look at the pod network (CNI) and its routes between them and the others.`;
}
