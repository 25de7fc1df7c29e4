import { pipeline, Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import type { Reserve } from "./bounded-cache.ts";
import { encoderFor, type Encoding } from "./encodings.ts";

/** Shorter bodies are sent without encoding. */
const MIN_ENCODED_BYTES = 1_024;

/**
 * Bodies are sent in small pieces, because a client that takes no piece for some seconds is cut off
 * (bound-connections.ts).
 */
const PIECE_BYTES = 64 * 1024;

/** An encoded body that all its readers share. */
export interface Body {
  readonly encoding: Encoding;
  readonly chunks: readonly Buffer[];
  readonly bytes: number;
}

/**
 * Yields the same pieces, with a turn of the event loop after each. Without this, a fast reader would get its whole
 * answer in one turn, while everybody else waits.
 */
export async function* inTurns<T>(pieces: Iterable<T>): AsyncGenerator<T> {
  for (const piece of pieces) {
    yield piece;
    await setImmediate();
  }
}

/** A stream of encoded text. Each piece is made when the one before was taken. */
export function encodedStream(pieces: Iterable<string>, encoding: Encoding): Readable {
  const source = Readable.from(inTurns(pieces), { objectMode: false });
  const encoder = encoderFor(encoding);
  if (!encoder) return source;
  // The encoder reports errors of the source as its own.
  return pipeline(source, encoder, () => {});
}

/** Makes the whole body; `large` if it is longer than `maxBytes`. */
export async function makeBody(
  pieces: Iterable<string>,
  wanted: Encoding,
  maxBytes: number,
  reserve: Reserve,
): Promise<Body | "large"> {
  const { start, encoding, rest } = beginning(pieces, wanted);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of encodedStream(joined(start, rest), encoding) as AsyncIterable<Buffer>) {
    if (bytes + chunk.length > maxBytes) {
      reserve(-bytes);
      return "large";
    }
    reserve(chunk.length);
    bytes += chunk.length;
    for (let at = 0; at < chunk.length; at += PIECE_BYTES)
      chunks.push(chunk.subarray(at, at + PIECE_BYTES));
  }
  return { encoding, chunks, bytes };
}

/** Takes the first piece, and decides by it whether the body is too short to encode. */
function beginning(pieces: Iterable<string>, wanted: Encoding) {
  const rest = pieces[Symbol.iterator]();
  const { value: start = "", done = false } = rest.next();
  const second = done ? null : rest.next();
  const isShort = !second || second.done === true;
  const encoding = isShort && start.length < MIN_ENCODED_BYTES ? "identity" : wanted;
  return { start: second?.done === false ? start + second.value : start, encoding, rest };
}

function* joined(start: string, rest: Iterator<string>): Generator<string> {
  if (start !== "") yield start;
  for (let next = rest.next(); !next.done; next = rest.next()) yield next.value;
}
