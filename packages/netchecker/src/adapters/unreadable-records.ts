import type { Log } from "@netchecker/runtime/log";
import { explainRedisError } from "@netchecker/runtime/redis";
import { RecordVersionError, UnreadableRecordError } from "@netchecker/round/record-version";

/** A round's id, or the name or key of another record. */
type RecordName = number | string;

/** How many different records could not be read since the start. */
export interface UnreadableCounts {
  readonly newer: number;
  readonly damaged: number;
}

/**
 * Counts records that could not be read. Each is skipped and counted once. The log names only the first of each kind,
 * because after a downgrade there may be a thousand.
 */
export class UnreadableRecords {
  readonly #log: Log | undefined;
  readonly #newer = new Set<RecordName>();
  readonly #damaged = new Set<RecordName>();

  constructor(log: Log | undefined) {
    this.#log = log;
  }

  get counts(): UnreadableCounts {
    return { newer: this.#newer.size, damaged: this.#damaged.size };
  }

  /**
   * Returns the result of `read`, or null if the record cannot be read. Throws other errors, such as a lost
   * connection.
   */
  async orNull<T>(record: RecordName, read: () => Promise<T> | T): Promise<T | null> {
    try {
      return await read();
    } catch (error) {
      const unreadable = isWrongType(error)
        ? new UnreadableRecordError("a record is no hash", { cause: error })
        : error;
      if (!(unreadable instanceof UnreadableRecordError)) throw error;
      this.#note(record, unreadable);
      return null;
    }
  }

  /** Counts a record that was removed because its key had a wrong type. */
  note(key: string): void {
    this.#damaged.add(key);
  }

  #note(record: RecordName, error: UnreadableRecordError): void {
    const newer = error instanceof RecordVersionError;
    const seen = newer ? this.#newer : this.#damaged;
    if (seen.size === 0)
      this.#log?.warn(
        { record, err: error.message },
        newer
          ? "skips stored records of a newer netchecker; they come back with an upgrade"
          : "skips stored records that are damaged",
      );
    seen.add(record);
  }
}

function isWrongType(error: unknown): boolean {
  return explainRedisError(error).code === "WRONGTYPE";
}
