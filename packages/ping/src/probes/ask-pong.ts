import { decodeEchoAnswer, ECHO_PATH, type EchoAnswer } from "@netchecker/contract";
import type { Progress } from "./attempt.ts";
import { type HostPort } from "./host-port.ts";
import { HttpExchange } from "./http-exchange.ts";
import { ProbeFailureError } from "./probe-failure.ts";

const MAX_ANSWER_BYTES = 16 * 1024;

/** Larger than any usual MTU, jumbo frames included only where they fit nearly whole. */
const LARGE_BYTES = 8 * 1024;
// Every byte differs from its neighbours, so that a shifted or repeated segment shows.
const LARGE_BODY = Buffer.from(
  Uint8Array.from({ length: LARGE_BYTES }, (_, index) => (index * 167 + (index >> 8) * 13) & 0xff),
);

/** Opens a fresh connection, hands it to `ask`, and ends it, however that went. */
export async function withPong<T>(
  address: HostPort,
  progress: Progress,
  signal: AbortSignal,
  ask: (exchange: HttpExchange) => Promise<T>,
): Promise<T> {
  const exchange = await HttpExchange.open(address, signal);
  progress.connected = true;
  try {
    return await ask(exchange);
  } finally {
    exchange.reset();
  }
}

/** Who answers, by its own word. Throws a ProbeFailureError when it is not a pong. */
export async function askWho(exchange: HttpExchange, progress: Progress): Promise<EchoAnswer> {
  progress.silence = "response_timeout";
  const { status, body } = await exchange.request(`GET ${ECHO_PATH}`, {
    maxBodyBytes: MAX_ANSWER_BYTES,
  });
  if (status !== 200) throw new ProbeFailureError("bad_status", String(status));
  const answer = decodeEchoAnswer(body.toString());
  if (!answer.ok) throw new ProbeFailureError("wrong_responder", `echo answer: ${answer.fault}`);
  return answer.value;
}

/**
 * Sends 8 KiB and wants them back. Small packets got through already: silence now means that large
 * ones are lost, before the answer's head on the way there, after it on the way back.
 */
export async function askLarge(exchange: HttpExchange, progress: Progress): Promise<void> {
  progress.silence = "large_request_timeout";
  const { status, body } = await exchange.request(`POST ${ECHO_PATH}`, {
    body: LARGE_BODY,
    maxBodyBytes: LARGE_BYTES,
    onHead: () => {
      progress.silence = "large_response_timeout";
    },
  });
  if (status !== 200) throw new ProbeFailureError("bad_status", String(status));
  if (!body.equals(LARGE_BODY)) throw new ProbeFailureError("wrong_responder", "echo differs");
}
