import { decodeEchoAnswer, ECHO_PATH, type EchoAnswer } from "@netchecker/contract";
import { type HostPort } from "./host-port.ts";
import { HttpExchange } from "./http-exchange.ts";
import { ProbeFailureError } from "./probe-failure.ts";
import type { Progress } from "./progress.ts";

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
  progress.enter("connect");
  const exchange = await HttpExchange.open(address, signal);
  try {
    return await ask(exchange);
  } finally {
    exchange.reset();
  }
}

/** Who answers, by its own word. Throws a ProbeFailureError when it is not a pong. */
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
 * Sends 8 KiB, or as much as is said, and wants them back. Small packets got through already: silence now means that
 * large ones are lost, before the answer's head on the way there, after it on the way back.
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
    // Compared as it comes: a body held for each connection costs more than all else.
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

/** How large a body makes {@link askLarge}'s request `bytes` long, its head included. */
export function bodyToFill(exchange: HttpExchange, bytes: number): number {
  // The head says how long the body is, which may be a digit less than the whole.
  const body = bytes - exchange.headBytes(ECHO, bytes);
  return bytes - exchange.headBytes(ECHO, body);
}
