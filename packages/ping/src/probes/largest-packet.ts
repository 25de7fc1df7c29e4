import { askLarge, bodyToFill, withPong } from "./ask-pong.ts";
import { attempt } from "./attempt.ts";
import { findLargest } from "./find-largest.ts";
import { type HostPort, parseHostPort } from "./host-port.ts";
import type { ProbeTools } from "./probe.ts";

/** The direction in which large packets were lost. */
export type LargeLoss = "large_request_timeout" | "large_response_timeout";

/** The size of a TCP header with timestamps, which Linux sends by default, and of an IP header. */
const TCP_BYTES = 32;
const ipBytes = ({ host }: HostPort) => (host.includes(":") ? 40 : 20);

/**
 * A size that passes is answered within two round trips, so a step of the search needs less time
 * than an attempt.
 */
const SHARE_OF_TIMEOUT = 1 / 3;

/**
 * The size of the largest IP packet that gets through on a path that loses large ones, in bytes.
 * Null if it cannot be found. It takes one timeout at most, and ends early when `tools.signal` is
 * aborted. Never rejects.
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
        // The body of the answer is a segment of its own. The request is head and body together.
        const isRequest = loss === "large_request_timeout";
        return askLarge(exchange, progress, isRequest ? bodyToFill(exchange, payload) : payload);
      }),
    );
    // If the head of the answer came back, the request got there.
    return (
      reason === "ok" || (loss === "large_request_timeout" && reason === "large_response_timeout")
    );
  });
}
