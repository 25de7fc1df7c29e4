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

/** What may be held of a list. A node's object is 10 to 30 kB. */
export interface ListBounds {
  /** Objects of a page. */
  readonly pageSize: number;
  readonly mostPageBytes: number;
  readonly mostObjects: number;
  /** For a page. */
  readonly timeoutMs: number;
}

/** Two for each of 5,000 nodes, and as many that are left over. */
const MOST_OBJECTS = 20_000;

export const LIST_BOUNDS: ListBounds = {
  pageSize: 100,
  mostPageBytes: 8 * 1024 * 1024,
  mostObjects: MOST_OBJECTS,
  timeoutMs: 30_000,
};

/** Pages may be empty where a selector leaves nothing of them; so many in a row are a server that does not come to an end. */
const MOST_FRUITLESS_PAGES = 10;
/** So much smaller a page is asked for when one was too large. */
const SMALLER = 5;
const EXPIRED = 410;

/** A server that does not know it answers with whole objects (Kubernetes API concepts, "metadata-only fetches"). */
const METADATA_ONLY =
  "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

interface Page {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  readonly token: string;
  readonly servedAt: number;
}

/** What a list came to. */
export interface Listed {
  /** The version from which a watch goes on. */
  readonly resourceVersion: string;
  /** By the API server's clock; NaN where it does not say. */
  readonly servedAt: number;
}

/**
 * A whole list, page after page, so that only what the caller keeps stays in memory. `begin` is called before the first
 * page, and again where the list had to begin anew: its snapshot was compacted away between two pages, or a page was
 * too large. Without a version, which is a consistent read: a cache that lags (`resourceVersion=0`) would show a
 * netchecker that starts an older cluster than the one before it had seen (kubernetes/kubernetes#59848).
 * Throws an {@link ApiError} when it is refused, an {@link OddAnswerError}, a {@link TooManyBytesError}, and what
 * undici throws when there is no answer.
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
      const pageSize = Math.ceil(bounds.pageSize / SMALLER);
      return listOnce(access, resource, { ...bounds, pageSize }, keep, signal);
    }
    if (!(error instanceof ExpiredPageError)) throw error;
    return listOnce(access, resource, bounds, keep, signal);
  }
}

/** A later page's snapshot is gone. The token that comes with it goes on with another one, and loses what changed between them. */
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
    if (names.size > bounds.mostObjects)
      throw new OddAnswerError(`the list has more than ${bounds.mostObjects} objects`);
    keep.take(page.items, page.servedAt);
    token = page.token;
    // All pages are of the first one's version.
    if (!token) return { resourceVersion: first.resourceVersion, servedAt: page.servedAt };
    fruitless = names.size > before ? 0 : fruitless + 1;
    if (fruitless >= MOST_FRUITLESS_PAGES)
      throw new OddAnswerError(
        `the list does not end: ${fruitless} pages in a row brought nothing new, and each says that there is more`,
      );
  }
}

async function listPage(
  access: ApiServerAccess,
  resource: ResourcePath,
  { pageSize, mostPageBytes, timeoutMs }: ListBounds,
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
    const { json, servedAt } = await getJson(access, resource.path, asked, mostPageBytes);
    return toPage(json, servedAt);
  } catch (error) {
    if (token && error instanceof ApiError && error.statusCode === EXPIRED)
      throw new ExpiredPageError({ code: EXPIRED, message: "the list expired between two pages" });
    throw error;
  }
}

/** An empty object is no list: taken for one, it would empty the view. */
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
