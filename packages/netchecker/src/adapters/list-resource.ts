import type { ApiServerAccess } from "./api-server-access.ts";
import {
  ApiError,
  fieldsOf,
  getJson,
  OddAnswerError,
  type ResourcePath,
  selectorsOf,
} from "./ask-api-server.ts";
import { TooManyBytesError } from "./bounded-bytes.ts";

/** The bounds of a list. A node's object has 10 to 30 kB. */
export interface ListBounds {
  /** Objects per page. */
  readonly pageSize: number;
  readonly maxPageBytes: number;
  readonly maxObjects: number;
  /** For a page. */
  readonly timeoutMs: number;
}

/** Two pods for each of 5,000 nodes, and as many again that are not cleaned up yet. */
const MAX_OBJECTS = 20_000;

export const LIST_BOUNDS: ListBounds = {
  pageSize: 100,
  maxPageBytes: 8 * 1024 * 1024,
  maxObjects: MAX_OBJECTS,
  timeoutMs: 30_000,
};

/**
 * A page may be empty if the selector matches nothing on it. After this many such pages in a row, the list will not
 * end.
 */
const MAX_FRUITLESS_PAGES = 10;
/** A page that was too large is divided by this. */
const SHRINK_FACTOR = 5;
const EXPIRED = 410;

/**
 * A server that does not know this format answers with whole objects (Kubernetes API concepts, "metadata-only
 * fetches").
 */
const METADATA_ONLY =
  "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

interface Page {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  readonly token: string;
  readonly servedAt: number;
}

/** The end of a list. */
export interface Listed {
  /** The version from which a watch can continue. */
  readonly resourceVersion: string;
  /** By the API server's clock; NaN if the server does not say. */
  readonly servedAt: number;
}

/**
 * Reads a whole list, page after page, so that only what the caller keeps stays in memory. `begin` is called before
 * the first page. It is called again if the list has to start over, because its snapshot was compacted away between
 * two pages, or because a page was too large. The request has no version, which makes it a consistent read. With
 * `resourceVersion=0`, a lagging cache could show a new netchecker an older cluster than its predecessor had seen
 * (kubernetes/kubernetes#59848). Throws an {@link ApiError} if the server refuses, an {@link OddAnswerError}, a
 * {@link TooManyBytesError}, and what undici throws if there is no answer.
 */
export async function listResource(
  access: ApiServerAccess,
  resource: ResourcePath,
  bounds: ListBounds,
  keep: { begin(): void; take(items: readonly unknown[], servedAt: number): void },
  signal: AbortSignal,
): Promise<Listed> {
  try {
    return await listOnce(access, resource, bounds, keep, signal);
  } catch (error) {
    if (error instanceof TooManyBytesError) {
      const pageSize = Math.ceil(bounds.pageSize / SHRINK_FACTOR);
      return listOnce(access, resource, { ...bounds, pageSize }, keep, signal);
    }
    if (!(error instanceof ExpiredPageError)) throw error;
    return listOnce(access, resource, bounds, keep, signal);
  }
}

/**
 * The snapshot of a later page is gone. The server offers a token for another snapshot, but changes between the two
 * would be lost.
 */
class ExpiredPageError extends ApiError {}

async function listOnce(
  access: ApiServerAccess,
  resource: ResourcePath,
  bounds: ListBounds,
  keep: Parameters<typeof listResource>[3],
  signal: AbortSignal,
): Promise<Listed> {
  keep.begin();
  const names = new Set<unknown>();
  let first: Page | null = null;
  let fruitless = 0;
  for (let token = ""; ;) {
    const page = await listPage(access, resource, bounds, token, signal);
    first ??= page;
    const before = names.size;
    for (const item of page.items) names.add(nameOf(item));
    if (names.size > bounds.maxObjects)
      throw new OddAnswerError(`the list has more than ${bounds.maxObjects} objects`);
    keep.take(page.items, page.servedAt);
    token = page.token;
    // All pages have the version of the first one.
    if (!token) return { resourceVersion: first.resourceVersion, servedAt: page.servedAt };
    fruitless = names.size > before ? 0 : fruitless + 1;
    if (fruitless >= MAX_FRUITLESS_PAGES)
      throw new OddAnswerError(
        `the list does not end: ${fruitless} pages in a row brought nothing new, and each says that there is more`,
      );
  }
}

async function listPage(
  access: ApiServerAccess,
  resource: ResourcePath,
  { pageSize, maxPageBytes, timeoutMs }: ListBounds,
  token: string,
  signal: AbortSignal,
): Promise<Page> {
  const asked = {
    query: { ...selectorsOf(resource), limit: `${pageSize}`, ...(token && { continue: token }) },
    accept: resource.metadataOnly ? METADATA_ONLY : "application/json",
    silenceMs: timeoutMs,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  };
  try {
    const { json, servedAt } = await getJson(access, resource.path, asked, maxPageBytes);
    return toPage(json, servedAt);
  } catch (error) {
    if (token && error instanceof ApiError && error.statusCode === EXPIRED)
      throw new ExpiredPageError({ code: EXPIRED, message: "the list expired between two pages" });
    throw error;
  }
}

/** Refuses anything that is not a list. An empty object, taken for a list, would empty the view. */
function toPage(json: unknown, servedAt: number): Page {
  const { kind, metadata, items } = fieldsOf(json);
  const { resourceVersion, continue: token = "" } = fieldsOf(metadata);
  const isList = typeof kind === "string" && kind.endsWith("List");
  if (!isList || !(Array.isArray(items) || items === null))
    throw new OddAnswerError(`the answer is no list: ${JSON.stringify(json).slice(0, 100)}`);
  if (typeof resourceVersion !== "string" || resourceVersion === "")
    throw new OddAnswerError("the list has no resourceVersion");
  if (typeof token !== "string") throw new OddAnswerError("the list's continue is no text");
  return { items: items ?? [], resourceVersion, token, servedAt };
}

const nameOf = (item: unknown) => fieldsOf(fieldsOf(item)["metadata"])["name"];
