export const JSON_TYPE = "application/json; charset=utf-8";

/** The size of a piece: large enough to be cheap, and small enough not to matter in memory. */
const PIECE_CHARACTERS = 64 * 1024;

/** An object with arrays that are too long for memory. Each is made row by row while it is read. */
export class LongObject {
  readonly fields: object;
  readonly arrays: Readonly<Record<string, Iterable<unknown>>>;

  /** `fields` must have at least one field. Rows may be long objects, too. */
  constructor(fields: object, arrays: Readonly<Record<string, Iterable<unknown>>>) {
    this.fields = fields;
    this.arrays = arrays;
  }
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
    if (row instanceof LongObject) {
      yield separator;
      yield* jsonObject(row);
    } else yield separator + JSON.stringify(row);
    separator = ",\n";
  }
  yield "]";
}

function* jsonObject({ fields, arrays }: LongObject): Generator<string> {
  yield JSON.stringify(fields).slice(0, -1);
  for (const [key, rows] of Object.entries(arrays)) {
    yield `,${JSON.stringify(key)}:`;
    yield* jsonArray(rows);
  }
  yield "}";
}

/** `{…fields, "<key>": [rows], …}`, one row per line. A piece is made when it is taken. */
export function objectPieces(object: LongObject): Iterable<string> {
  function* texts(): Generator<string> {
    yield* jsonObject(object);
    yield "\n";
  }
  return inPieces(texts());
}

/** `[rows]`, one row per line. */
export function arrayPieces(rows: Iterable<unknown>): Iterable<string> {
  return inPieces(jsonArray(rows));
}

/** One row per line, without brackets or commas. */
export function linePieces(rows: Iterable<unknown>): Iterable<string> {
  function* texts(): Generator<string> {
    for (const row of rows) yield `${JSON.stringify(row)}\n`;
  }
  return inPieces(texts());
}
