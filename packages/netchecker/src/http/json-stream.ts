import { Readable } from "node:stream";

/** Rows are sent in pieces of about this size: large enough to be cheap, small enough to be nothing in memory. */
const PIECE_CHARACTERS = 64 * 1024;

/** Pieces of text → a stream that makes the next piece only when the last one was taken. */
function stream(pieces: Iterable<string>): Readable {
  return Readable.from(pieces, { objectMode: false, highWaterMark: PIECE_CHARACTERS });
}

function* inPieces(texts: Iterable<string>): Generator<string> {
  let piece = "";
  for (const text of texts) {
    piece += text;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}

function* jsonArray(rows: Iterable<unknown>): Generator<string> {
  yield "[";
  let separator = "";
  for (const row of rows) {
    yield separator + JSON.stringify(row);
    separator = ",\n";
  }
  yield "]";
}

/** `{…head, "<key>": [rows]}`, one row a line. */
export function streamObject(head: object, key: string, rows: Iterable<unknown>): Readable {
  function* texts(): Generator<string> {
    yield `${JSON.stringify(head).slice(0, -1)},${JSON.stringify(key)}:`;
    yield* jsonArray(rows);
    yield "}\n";
  }
  return stream(inPieces(texts()));
}

/** `[rows]`, one row a line. */
export function streamArray(rows: Iterable<unknown>): Readable {
  return stream(inPieces(jsonArray(rows)));
}

/** A row a line, nothing else. */
export function streamLines(rows: Iterable<unknown>): Readable {
  function* texts(): Generator<string> {
    for (const row of rows) yield `${JSON.stringify(row)}\n`;
  }
  return stream(inPieces(texts()));
}
