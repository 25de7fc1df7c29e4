/** Somebody sent more than may be held at once. */
export class TooManyBytesError extends Error {
  override name = "TooManyBytesError";
  readonly mostBytes: number;

  constructor(what: string, mostBytes: number) {
    super(`${what} is longer than ${mostBytes} bytes`);
    this.mostBytes = mostBytes;
  }
}

/** What is kept between two texts; a larger one is given back. */
const KEPT_BYTES = 65_536;

/**
 * Bytes put together in one buffer: however small the pieces in which they come, they take no more than twice
 * their length. Throws a {@link TooManyBytesError} beyond `mostBytes`.
 */
class GrowingBytes {
  readonly #what: string;
  readonly #mostBytes: number;
  #buffer = Buffer.alloc(0);
  #length = 0;

  constructor(what: string, mostBytes: number) {
    this.#what = what;
    this.#mostBytes = mostBytes;
  }

  add(part: Uint8Array): void {
    const length = this.#length + part.length;
    if (length > this.#mostBytes) throw new TooManyBytesError(this.#what, this.#mostBytes);
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    this.#buffer.set(part, this.#length);
    this.#length = length;
  }

  /** What was put together, as text; begins anew. */
  take(): string {
    const text = this.#buffer.toString("utf8", 0, this.#length);
    this.#length = 0;
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = Buffer.alloc(0);
    return text;
  }
}

/** A whole text. Throws a {@link TooManyBytesError} as soon as it is longer than `mostBytes`. */
export async function boundedText(
  chunks: AsyncIterable<Uint8Array>,
  mostBytes: number,
): Promise<string> {
  const bytes = new GrowingBytes("the answer", mostBytes);
  for await (const chunk of chunks) bytes.add(chunk);
  return bytes.take();
}

const NEWLINE = 10;

/**
 * The lines of a text, without what follows the last line break. Throws a {@link TooManyBytesError} as soon as
 * one is longer than `mostBytes`, whether it ever ends or not.
 */
export async function* boundedLines(
  chunks: AsyncIterable<Uint8Array>,
  mostBytes: number,
): AsyncGenerator<string, void> {
  const line = new GrowingBytes("a line", mostBytes);
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
