import { askWho, withPong } from "./ask-pong.ts";
import { attempt, type AttemptOutcome } from "./attempt.ts";
import { dialOnce } from "./dial.ts";
import { parseHostPort } from "./host-port.ts";
import type { ProbeTools, Target } from "./probe.ts";

/** The check `tcp`: the node's own address accepts a connection. */
export function probeNodeTcp(target: Target, tools: ProbeTools): Promise<AttemptOutcome> {
  return attempt(tools, (progress, signal) => {
    progress.enter("connect");
    return dialOnce(parseHostPort(target.address), signal);
  });
}

/**
 * The check `nodeport`: pong's NodePort at the node's address answers. It is no failure if the pong
 * of another node answers (kube-proxy may treat this agent as if the policy were Cluster), but the
 * outcome says so.
 */
export function probeNodePort(target: Target, tools: ProbeTools): Promise<AttemptOutcome> {
  return attempt(tools, (progress, signal) =>
    withPong(parseHostPort(target.address), progress, signal, async (exchange) => {
      const { pod, node } = await askWho(exchange, progress);
      return node === target.node ? [] : [{ pod, node, connections: 1 }];
    }),
  );
}
