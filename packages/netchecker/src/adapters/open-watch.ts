import type { ApiServerAccess } from "./api-server-access.ts";
import {
  ApiError,
  fieldsOf,
  OddAnswerError,
  open,
  type ResourcePath,
  selectorsOf,
  toStatus,
} from "./ask-api-server.ts";
import { boundedLines } from "./bounded-bytes.ts";

/** One event of a watch that is not an error. */
export interface WatchEvent {
  readonly type: string;
  readonly object: unknown;
  /** An opaque text: it is never compared, only sent back. Null if the event has none. */
  readonly resourceVersion: string | null;
}

export interface WatchBounds {
  /** After this long without a message, the watch fails with an error for which {@link isSilence} is true. */
  readonly silenceMs: number;
  readonly maxEventBytes: number;
  /** After this time the server ends the watch. */
  readonly timeoutSeconds: number;
}

/** etcd accepts objects of 1.5 MiB. As JSON they may be longer. */
export const MAX_EVENT_BYTES = 4 * 1024 * 1024;

/**
 * Watches from a version. Resolves when the server has begun to answer. The events come until the server ends the
 * watch. Throws what `open` throws, an ApiError for an error event, an OddAnswerError for a line that is no event, and
 * a TooManyBytesError for a line that is too long. It uses undici directly, because the client library's Watch holds
 * lines of any length in memory.
 */
export async function openWatch(
  access: ApiServerAccess,
  resource: ResourcePath,
  resourceVersion: string,
  { silenceMs, maxEventBytes, timeoutSeconds }: WatchBounds,
  signal: AbortSignal,
): Promise<AsyncGenerator<WatchEvent, void>> {
  const query = {
    ...selectorsOf(resource),
    watch: "true",
    allowWatchBookmarks: "true",
    timeoutSeconds: `${timeoutSeconds}`,
    resourceVersion,
  };
  const asked = { query, accept: "application/json", silenceMs, signal };
  const { body } = await open(access, resource.path, asked);
  return events(boundedLines(body, maxEventBytes));
}

/** Begins a watch, to see whether that is allowed, and ends it. Throws what {@link openWatch} throws. */
export async function tryWatch(
  access: ApiServerAccess,
  resource: ResourcePath,
  resourceVersion: string,
  silenceMs: number,
  signal: AbortSignal,
): Promise<void> {
  const bounds = { silenceMs, maxEventBytes: MAX_EVENT_BYTES, timeoutSeconds: 1 };
  const stop = new AbortController();
  const ending = AbortSignal.any([signal, stop.signal]);
  await openWatch(access, resource, resourceVersion, bounds, ending);
  stop.abort();
}

async function* events(lines: AsyncIterable<string>): AsyncGenerator<WatchEvent, void> {
  for await (const line of lines) {
    if (line.trim() === "") continue;
    const { type, object } = fieldsOf(parsed(line));
    if (typeof type !== "string" || typeof object !== "object" || object === null)
      throw new OddAnswerError(`a line of the watch is no event: ${shown(line)}`);
    if (type === "ERROR") throw new ApiError(toStatus(object));
    const { resourceVersion } = fieldsOf(fieldsOf(object)["metadata"]);
    const known = typeof resourceVersion === "string" && resourceVersion !== "";
    yield { type, object, resourceVersion: known ? resourceVersion : null };
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new OddAnswerError(`a line of the watch is no JSON: ${shown(line)}`);
  }
}

const shown = (line: string) => JSON.stringify(line.slice(0, 100));

/** Whether an error means that the server was silent for too long. */
export function isSilence(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "UND_ERR_BODY_TIMEOUT" || code === "UND_ERR_HEADERS_TIMEOUT";
}
