import type { Target, ProbeTools } from "./probe.ts";
import { askLarge, askWho, withPong } from "./ask-pong.ts";
import { attempt, type AttemptOutcome } from "./attempt.ts";
import { parseHostPort } from "./host-port.ts";
import { ProbeFailureError } from "./probe-failure.ts";

/**
 * The check `echo`: the expected pong pod is at this address, and small and large packets get
 * through.
 */
export function probePod(target: Target, tools: ProbeTools): Promise<AttemptOutcome> {
  return attempt(tools, (progress, signal) =>
    withPong(parseHostPort(target.address), progress, signal, async (exchange) => {
      const { pod, node } = await askWho(exchange, progress);
      if (pod !== target.name || node !== target.node) {
        const answeredBy = [{ pod, node, connections: 1 }];
        throw new ProbeFailureError("wrong_responder", undefined, answeredBy);
      }
      await askLarge(exchange, progress);
    }),
  );
}
