/**
 * The version of what is stored of rounds and findings. Version 1 is without a version: it called
 * `expected` what is now `planned`, and knew no verdict.
 */
export const RECORD_VERSION = 2;

/** A stored record that cannot be read. Others can. */
export class UnreadableRecordError extends Error {
  override name = "UnreadableRecordError";
}

/** A stored record of a version that this netchecker does not know: a newer one wrote it. */
export class RecordVersionError extends UnreadableRecordError {
  override name = "RecordVersionError";
  readonly version: number;

  constructor(version: number) {
    super(`a record of version ${version}, of which this netchecker knows ${RECORD_VERSION} only`);
    this.version = version;
  }
}

/** Throws a {@link RecordVersionError} where a newer netchecker wrote the record; `version` is null where it has none. */
export function requireKnownVersion(version: number | null): void {
  if (version === null) return;
  if (!Number.isInteger(version) || version < 1)
    throw new UnreadableRecordError("a record whose version is no number");
  if (version > RECORD_VERSION) throw new RecordVersionError(version);
}

/** Runs `decode`; whatever it throws means that the record is damaged. Throws an {@link UnreadableRecordError}. */
export function decoding<T>(what: string, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof UnreadableRecordError) throw cause;
    throw new UnreadableRecordError(`${what} cannot be read`, { cause });
  }
}
