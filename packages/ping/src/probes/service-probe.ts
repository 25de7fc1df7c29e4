import { isIP, SocketAddress } from "node:net";
import type { Answerer } from "@netchecker/contract";
import { askWho, withPong } from "./ask-pong.ts";
import { attempt, type AttemptOutcome } from "./attempt.ts";
import { parseHostPort } from "./host-port.ts";
import { lookUp } from "./look-up.ts";
import type { ProbeTools, Target } from "./probe.ts";
import { ProbeFailureError } from "./probe-failure.ts";

/**
 * The check `clusterip`: opens several new connections to the service at the same time. Each may
 * reach another backend, and all must be answered. The first failure is the outcome. The next
 * attempt only repeats the connections that were not answered: repeating all would fail again and
 * again in a network that loses one packet in a hundred. The latency is that of the slowest
 * connection, because a median would hide one slow backend.
 */
export async function probeClusterIp(
  target: Target,
  tools: ProbeTools,
  earlier?: AttemptOutcome,
): Promise<AttemptOutcome> {
  const answered = earlier?.answeredBy ?? [];
  const left = tools.serviceConnections - countConnections(answered);
  const outcomes = await Promise.all(
    Array.from({ length: left }, () => connectToBackend(target, tools)),
  );
  const answeredBy = countBackends([
    ...answered,
    ...outcomes.flatMap((outcome) => outcome.answeredBy ?? []),
  ]);
  const failed = outcomes.find(({ reason }) => reason !== "ok");
  if (failed) return { ...failed, ...(answeredBy.length > 0 && { answeredBy }) };
  const latencyMs = Math.max(...outcomes.map((outcome) => outcome.latencyMs ?? 0));
  return { reason: "ok", latencyMs, answeredBy };
}

function connectToBackend(target: Target, tools: ProbeTools): Promise<AttemptOutcome> {
  return attempt(tools, (progress, signal) =>
    withPong(parseHostPort(target.address), progress, signal, async (exchange) => {
      const { pod, node } = await askWho(exchange, progress);
      return [{ pod, node, connections: 1 }];
    }),
  );
}

function countBackends(answers: readonly Answerer[]): Answerer[] {
  const backends = Map.groupBy(answers, ({ pod, node }) => `${pod}\n${node}`);
  return [...backends.values()].map((same) => ({
    ...same[0]!,
    connections: countConnections(same),
  }));
}

function countConnections(answers: readonly Answerer[]): number {
  return answers.reduce((sum, { connections }) => sum + connections, 0);
}

/** The check `dns`: the name has the address that the API server gives for it. */
export function probeDns(target: Target, tools: ProbeTools): Promise<AttemptOutcome> {
  return attempt(tools, async (progress, signal) => {
    const family = isIP(target.address) === 6 ? 6 : 4;
    const found = await lookUp(target.name, family, tools.dnsServers, progress, signal);
    const wanted = normal(target.address);
    if (!found.some((address) => normal(address) === wanted))
      throw new ProbeFailureError("dns_mismatch", found.join(", "));
  });
}

/** IPv6 addresses in one spelling, so that they can be compared. */
function normal(address: string): string {
  return isIP(address) === 6 ? new SocketAddress({ address, family: "ipv6" }).address : address;
}
