/**
 * The version of stored rounds and findings. Records of version 1 carry no version. They call `planned`
 * by its old name `expected`, and have no verdict.
 */
export const RECORD_VERSION = 2;

/** One stored record cannot be read. Others may still be readable. */
export class UnreadableRecordError extends Error {
  override name = "UnreadableRecordError";
}

/** A newer netchecker wrote this record; this one does not know its version. */
export class RecordVersionError extends UnreadableRecordError {
  override name = "RecordVersionError";
  readonly version: number;

  constructor(version: number) {
    super(`a record of version ${version}, of which this netchecker knows ${RECORD_VERSION} only`);
    this.version = version;
  }
}

/**
 * Throws a {@link RecordVersionError} if a newer netchecker wrote the record. `version` is null if the record has
 * none.
 */
export function requireKnownVersion(version: number | null): void {
  if (version === null) return;
  if (!Number.isInteger(version) || version < 1)
    throw new UnreadableRecordError("a record whose version is no number");
  if (version > RECORD_VERSION) throw new RecordVersionError(version);
}

/** Runs `decode`. If it throws anything, the record is damaged, and this throws an {@link UnreadableRecordError}. */
export function decoding<T>(what: string, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof UnreadableRecordError) throw cause;
    throw new UnreadableRecordError(`${what} cannot be read`, { cause });
  }
}
