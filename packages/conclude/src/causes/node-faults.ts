import type { MeshCheck } from "../evidence/mesh-planes.ts";
import type { NodeView, Tallies, Tally } from "../evidence/node-verdicts.ts";

/** Which part of a node fails in one direction, from the layer that is lowest. */
export type Part = "node" | "pods" | "host" | "kubelet" | "node-port";

/** The checks whose failures a broken part explains. */
export const CHECKS_OF: Readonly<Record<Part, readonly MeshCheck[]>> = {
  node: ["tcp", "nodeport", "echo"],
  pods: ["nodeport", "echo"],
  host: ["tcp", "nodeport"],
  kubelet: ["tcp"],
  "node-port": ["nodeport"],
};

/** The part of a node that its peers find broken, or that it finds broken in all of its peers. */
export function brokenPart({ tcp, nodeport, echo }: Tallies): Part | null {
  if (tcp.verdict === "fails") {
    const nothingWorks = nodeport.verdict === "fails" || nodeport.verdict === "unknown";
    if (echo.verdict === "fails" || (echo.verdict === "unknown" && nothingWorks)) return "node";
    return nodeport.verdict === "fails" ? "host" : "kubelet";
  }
  if (echo.verdict === "fails") return isLower(tcp, echo) ? null : "pods";
  return nodeport.verdict === "fails" ? "node-port" : null;
}

/** Whether the node's own network fails as well, if not for all: then it is not the pods' that is at fault. */
function isLower(tcp: Tally, echo: Tally): boolean {
  return tcp.failed > Math.max(1, echo.failed / 10);
}

/**
 * Whether it is the process that answers, and not the network on the way to it: then the node's own
 * agent does not reach it either, nor does its NodePort, which leads to the same process by another way.
 */
export function isProcess({ in: towards, out, own }: NodeView): "yes" | "no" | "unclear" {
  if (own.echo === "fails") return out.echo.verdict === "fails" ? "no" : "yes";
  if (own.echo === "works") return "no";
  if (towards.nodeport.verdict === "fails") return "yes";
  return towards.nodeport.verdict === "unknown" ? "unclear" : "no";
}
