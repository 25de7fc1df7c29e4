import { pipeline, Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import type { Reserve } from "./bounded-cache.ts";
import { encoderFor, type Encoding } from "./encodings.ts";

/** Shorter ones are sent as they are. */
const WORTH_ENCODING_BYTES = 1_024;

/** A reader is seen to read by the pieces that it takes. */
const PIECE_BYTES = 64 * 1024;

/** A body that all who ask share, as it is sent. */
export interface Body {
  readonly encoding: Encoding;
  readonly chunks: readonly Buffer[];
  readonly bytes: number;
}

/**
 * The same pieces, with everybody else's turn between them: a reader that takes them as fast as they come would
 * have its whole answer in one turn, and so would all who read beside it.
 */
export async function* inTurns<T>(pieces: Iterable<T>): AsyncGenerator<T> {
  for (const piece of pieces) {
    yield piece;
    await setImmediate();
  }
}

/** Pieces of text, encoded, each made when the one before was taken. */
export function encodedStream(pieces: Iterable<string>, encoding: Encoding): Readable {
  const source = Readable.from(inTurns(pieces), { objectMode: false });
  const encoder = encoderFor(encoding);
  if (!encoder) return source;
  // What goes wrong is an error of the encoder's, too.
  return pipeline(source, encoder, () => {});
}

/** The whole body, or `large` where it is more than `mostBytes`. */
export async function makeBody(
  pieces: Iterable<string>,
  wanted: Encoding,
  mostBytes: number,
  reserve: Reserve,
): Promise<Body | "large"> {
  const { start, encoding, rest } = beginning(pieces, wanted);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of encodedStream(joined(start, rest), encoding) as AsyncIterable<Buffer>) {
    if (bytes + chunk.length > mostBytes) {
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

/** What is too short to be worth encoding is known by its first piece. */
function beginning(pieces: Iterable<string>, wanted: Encoding) {
  const rest = pieces[Symbol.iterator]();
  const { value: start = "", done = false } = rest.next();
  const second = done ? null : rest.next();
  const isShort = !second || second.done === true;
  const encoding = isShort && start.length < WORTH_ENCODING_BYTES ? "identity" : wanted;
  return { start: second?.done === false ? start + second.value : start, encoding, rest };
}

function* joined(start: string, rest: Iterator<string>): Generator<string> {
  if (start !== "") yield start;
  for (let next = rest.next(); !next.done; next = rest.next()) yield next.value;
}
