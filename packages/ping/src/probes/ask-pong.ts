import { decodeEchoAnswer, ECHO_PATH, type EchoAnswer } from "@netchecker/contract";
import { type HostPort } from "./host-port.ts";
import { HttpExchange } from "./http-exchange.ts";
import { ProbeFailureError } from "./probe-failure.ts";
import type { Progress } from "./progress.ts";

const MAX_ANSWER_BYTES = 16 * 1024;

/** Larger than any common MTU. Jumbo frames of 9,000 bytes are the exception. */
const LARGE_BYTES = 8 * 1024;
// Every byte differs from its neighbours, so that a shifted or repeated segment is noticed.
const LARGE_BODY = Buffer.from(
  Uint8Array.from({ length: LARGE_BYTES }, (_, index) => (index * 167 + (index >> 8) * 13) & 0xff),
);

/** Opens a new connection, gives it to `ask`, and ends it in any case. */
export async function withPong<T>(
  address: HostPort,
  progress: Progress,
  signal: AbortSignal,
  ask: (exchange: HttpExchange) => Promise<T>,
): Promise<T> {
  progress.enter("connect");
  const exchange = await HttpExchange.open(address, signal);
  try {
    return await ask(exchange);
  } finally {
    exchange.reset();
  }
}

/**
 * Asks who answers, and returns what the answer says. Throws a ProbeFailureError if it is not a
 * pong.
 */
export async function askWho(exchange: HttpExchange, progress: Progress): Promise<EchoAnswer> {
  progress.enter("small-answer");
  let text = "";
  const status = await exchange.request(`GET ${ECHO_PATH}`, {
    maxBodyBytes: MAX_ANSWER_BYTES,
    // Names in Kubernetes are ASCII.
    body: (part) => {
      text += part.toString("latin1");
    },
  });
  if (status !== 200) throw new ProbeFailureError("bad_status", String(status));
  const answer = decodeEchoAnswer(text);
  if (!answer.ok) throw new ProbeFailureError("wrong_responder", `echo answer: ${answer.fault}`);
  const { pod, node, caller } = answer.value;
  progress.observer?.learned({ pod, node, caller });
  return answer.value;
}

const ECHO = `POST ${ECHO_PATH}`;

/**
 * Sends `bytes` bytes and expects them back. Small packets have already passed, so silence now means
 * that large ones are lost: on the way there if no head of the answer came, and on the way back if
 * one did.
 */
export async function askLarge(
  exchange: HttpExchange,
  progress: Progress,
  bytes = LARGE_BYTES,
): Promise<void> {
  const sent = LARGE_BODY.subarray(0, bytes);
  progress.enter("large-request");
  progress.observer?.learned({ bytesSent: bytes });
  let returned = 0;
  let differs = false;
  const listener = {
    maxBodyBytes: bytes,
    head: () => {
      progress.enter("large-response");
    },
    // The body is compared while it arrives. Storing one for each connection would cost more than
    // anything else.
    body: (part: Buffer) => {
      differs ||= !part.equals(sent.subarray(returned, returned + part.length));
      returned += part.length;
      progress.observer?.learned({ bytesBack: returned });
    },
  };
  const status = await exchange.request(ECHO, listener, sent);
  if (status !== 200) throw new ProbeFailureError("bad_status", String(status));
  if (differs || returned !== bytes) throw new ProbeFailureError("wrong_responder", "echo differs");
}

/** The body size with which {@link askLarge}'s request, including its head, is `bytes` long. */
export function bodyToFill(exchange: HttpExchange, bytes: number): number {
  // The head contains the length of the body, and that number may have one digit less than `bytes`.
  const body = bytes - exchange.headBytes(ECHO, bytes);
  return bytes - exchange.headBytes(ECHO, body);
}
