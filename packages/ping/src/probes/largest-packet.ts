import { askLarge, bodyToFill, withPong } from "./ask-pong.ts";
import { attempt } from "./attempt.ts";
import { findLargest } from "./find-largest.ts";
import { type HostPort, parseHostPort } from "./host-port.ts";
import type { ProbeTools } from "./probe.ts";

/** In which direction large packets were lost. */
export type LargeLoss = "large_request_timeout" | "large_response_timeout";

/** TCP's header with timestamps, as Linux has them by default, and IP's. */
const TCP_BYTES = 32;
const ipBytes = ({ host }: HostPort) => (host.includes(":") ? 40 : 20);

/** What passes is answered in two round trips; a step of the search takes as long as what does not. */
const SHARE_OF_TIMEOUT = 1 / 3;

/**
 * The largest IP packet that gets through where large ones were lost, bytes; null where it cannot be told. Takes up to
 * one timeout, and ends early when `tools.signal` is aborted. Never rejects.
 */
export function largestPacket(
  address: string,
  loss: LargeLoss,
  tools: ProbeTools,
): Promise<number | null> {
  const pong = parseHostPort(address);
  const short = { ...tools, timeoutMs: tools.timeoutMs * SHARE_OF_TIMEOUT };
  const headers = TCP_BYTES + ipBytes(pong);
  return findLargest(async (bytes) => {
    const { reason } = await attempt(short, (progress, signal) =>
      withPong(pong, progress, signal, (exchange) => {
        const payload = bytes - headers;
        // Of the answer, the body is a segment of its own; the request is head and body.
        const isRequest = loss === "large_request_timeout";
        return askLarge(exchange, progress, isRequest ? bodyToFill(exchange, payload) : payload);
      }),
    );
    // A head that came back says that the request got there.
    return (
      reason === "ok" || (loss === "large_request_timeout" && reason === "large_response_timeout")
    );
  });
}
