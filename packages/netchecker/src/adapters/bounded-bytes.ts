/** A sender sent more than may be held in memory at once. */
export class TooManyBytesError extends Error {
  override name = "TooManyBytesError";
  readonly maxBytes: number;

  constructor(what: string, maxBytes: number) {
    super(`${what} is longer than ${maxBytes} bytes`);
    this.maxBytes = maxBytes;
  }
}

/** A buffer up to this size is kept for the next text. A larger one is released. */
const KEPT_BYTES = 65_536;

/**
 * Collects bytes in one buffer. They take at most twice their length, however small the pieces are. Throws a
 * {@link TooManyBytesError} beyond `maxBytes`.
 */
class GrowingBytes {
  readonly #what: string;
  readonly #maxBytes: number;
  #buffer = Buffer.alloc(0);
  #length = 0;

  constructor(what: string, maxBytes: number) {
    this.#what = what;
    this.#maxBytes = maxBytes;
  }

  add(part: Uint8Array): void {
    const length = this.#length + part.length;
    if (length > this.#maxBytes) throw new TooManyBytesError(this.#what, this.#maxBytes);
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    this.#buffer.set(part, this.#length);
    this.#length = length;
  }

  /** Returns the collected bytes as text, and begins anew. */
  take(): string {
    const text = this.#buffer.toString("utf8", 0, this.#length);
    this.#length = 0;
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = Buffer.alloc(0);
    return text;
  }
}

/** Reads a whole text. Throws a {@link TooManyBytesError} as soon as it is longer than `maxBytes`. */
export async function boundedText(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<string> {
  const bytes = new GrowingBytes("the answer", maxBytes);
  for await (const chunk of chunks) bytes.add(chunk);
  return bytes.take();
}

const NEWLINE = 10;

/**
 * Reads the lines of a text. What follows the last line break is ignored. Throws a {@link TooManyBytesError} as soon
 * as a line is longer than `maxBytes`, even if it has not ended.
 */
export async function* boundedLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<string, void> {
  const line = new GrowingBytes("a line", maxBytes);
  for await (const chunk of chunks) {
    let start = 0;
    for (
      let end = chunk.indexOf(NEWLINE);
      end !== -1;
      start = end + 1, end = chunk.indexOf(NEWLINE, start)
    ) {
      line.add(chunk.subarray(start, end));
      yield line.take();
    }
    line.add(chunk.subarray(start));
  }
}
