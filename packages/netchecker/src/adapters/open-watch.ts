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

/** One line of a watch that is not an error. */
export interface WatchEvent {
  readonly type: string;
  readonly object: unknown;
  /** Opaque: it is never compared, only handed back. Null where the event has none. */
  readonly resourceVersion: string | null;
}

export interface WatchBounds {
  /** After so long without a word the watch ends with a {@link isSilence}. */
  readonly silenceMs: number;
  readonly mostEventBytes: number;
  /** When the server is to end it, seconds. */
  readonly timeoutSeconds: number;
}

/** etcd takes 1.5 MiB of an object; as JSON it may be longer. */
export const MOST_EVENT_BYTES = 4 * 1024 * 1024;

/**
 * Watches from a version. Resolves when the server has begun to answer; the events come until it ends the watch.
 * Throws, before or between them, as `open` does, and an ApiError for an error event, an OddAnswerError for
 * a line that is no event, a TooManyBytesError for one that is too long. On undici alone: the client library's Watch
 * holds a line of any length.
 */
export async function openWatch(
  access: ApiServerAccess,
  resource: ResourcePath,
  resourceVersion: string,
  { silenceMs, mostEventBytes, timeoutSeconds }: WatchBounds,
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
  return events(boundedLines(body, mostEventBytes));
}

/** Begins to watch, to see whether it may. Throws as {@link openWatch} does. */
export async function tryWatch(
  access: ApiServerAccess,
  resource: ResourcePath,
  resourceVersion: string,
  silenceMs: number,
  signal: AbortSignal,
): Promise<void> {
  const bounds = { silenceMs, mostEventBytes: MOST_EVENT_BYTES, timeoutSeconds: 1 };
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

/** Whether an answer ended, or never began, because nothing came for too long. */
export function isSilence(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "UND_ERR_BODY_TIMEOUT" || code === "UND_ERR_HEADERS_TIMEOUT";
}
