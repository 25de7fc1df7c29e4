import type { NodeReadiness } from "@netchecker/round/cluster-view";
import type { Evidence } from "../evidence/evidence.ts";

/** A kubelet's message may have any length. */
const MAX_MESSAGE_CHARS = 240;

/** Says whether Kubernetes calls the nodes of a cause NotReady. The result begins with a space, or is empty. */
export function sayReadiness(
  evidence: Evidence,
  nodes: readonly number[],
  tellReady: boolean,
): string {
  const says = nodes.flatMap((n) => evidence.kubernetes.notReady(n) ?? []);
  if (nodes.length === 0) return "";
  if (says.length === 0) {
    if (!tellReady || evidence.kubernetes.stale) return "";
    return ` Kubernetes still calls ${nodes.length === 1 ? "it" : "them"} Ready.`;
  }
  const first = Math.min(...says.map(({ since }) => since || Number.POSITIVE_INFINITY));
  const since = Number.isFinite(first) ? sayTime(first, evidence.round.head.startedAt) : null;
  if (nodes.length === 1) return ` Kubernetes ${called("it", since)}${wordsOf(says[0]!)}.`;
  if (says.length === 1) {
    const n = nodes.find((each) => evidence.kubernetes.notReady(each) !== null)!;
    return ` Kubernetes ${called(`one of them, ${evidence.nodes[n]},`, since)}.`;
  }
  const whom = says.length === nodes.length ? "them" : `${says.length} of the ${nodes.length}`;
  return ` Kubernetes ${called(whom, since === null ? null : `${since}, the first of them`)}.`;
}

/** `has called it NotReady since 12:03:10 UTC`. */
function called(whom: string, since: string | null): string {
  return since === null ? `calls ${whom} NotReady` : `has called ${whom} NotReady since ${since}`;
}

/**
 * Quotes the kubelet, if it wrote the condition. Otherwise the node controller wrote it, and only says that it hears
 * nothing.
 */
function wordsOf({ status, reason, message }: NodeReadiness): string {
  const words = shorten(message) || reason;
  return status === "False" && words !== "" ? `, in its kubelet's words: ${words}` : "";
}

/** A message without its full stop, cut if it is too long. */
export function shorten(message: string): string {
  const words = message.trim().replace(/\s+/g, " ").replace(/\.+$/, "");
  return words.length > MAX_MESSAGE_CHARS ? `${words.slice(0, MAX_MESSAGE_CHARS)}…` : words;
}

/** `12:03:10 UTC`, preceded by the date if it is another day than `today`, an ISO time. */
function sayTime(at: number, today: string): string {
  const [day, time] = new Date(at).toISOString().split("T") as [string, string];
  const clock = `${time.slice(0, 8)} UTC`;
  return today.startsWith(day) ? clock : `${day} ${clock}`;
}
