import type { KubeObject } from "./kube-object.ts";
import { CompactedError, type ObjectStore } from "./object-store.ts";
import type { ObjectQuery } from "./query.ts";
import { RESOURCES } from "./resource.ts";
import {
  badRequest,
  expiredContinue,
  StatusError,
  tooLargeVersion,
  tooOldVersion,
} from "./status.ts";

/** Where the next page starts, and of which version of everything it is a page. */
interface ContinueToken {
  readonly v: "meta.k8s.io/v1";
  /** -1 after the snapshot has been compacted away: go on with what there is now. */
  readonly rv: number;
  readonly start: string;
}

interface KubeList {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items: readonly KubeObject[];
}

/** The answer to a list request. Throws a StatusError. */
export function listObjects(store: ObjectStore, query: ObjectQuery): KubeList {
  const { version, start, limit } = page(store, query);
  const all = snapshot(store, query, version).filter(
    (object) => pageKey(object) >= start && query.matches(object),
  );
  // From version 0 the real server answers from its cache, which knows no pages.
  const items = limit > 0 ? all.slice(0, limit) : all;
  const left = all.length - items.length;
  return {
    kind: `${RESOURCES[query.resource].kind}List`,
    apiVersion: "v1",
    metadata: {
      resourceVersion: String(version),
      ...(left > 0 && { continue: encodeToken(version, `${pageKey(items.at(-1)!)}\0`) }),
      ...(left > 0 && !query.selective && { remainingItemCount: left }),
    },
    items,
  };
}

function page(store: ObjectStore, query: ObjectQuery) {
  const { resourceVersion: asked, limit } = query;
  if (query.continue !== undefined) {
    const token = decodeToken(query.continue);
    if (asked !== undefined && asked !== 0)
      throw new StatusError(
        badRequest("specifying resource version is not allowed when using continue"),
      );
    return { version: token.rv === -1 ? store.version : token.rv, start: token.start, limit };
  }
  if (asked !== undefined && asked > store.version)
    throw new StatusError(tooLargeVersion(asked, store.version));
  if (query.resourceVersionMatch === "Exact" && asked !== undefined)
    return { version: asked, start: "", limit };
  return { version: store.version, start: "", limit: asked === 0 ? 0 : limit };
}

function snapshot(store: ObjectStore, query: ObjectQuery, version: number): KubeObject[] {
  try {
    return store.list(query.resource, version);
  } catch (error) {
    if (!(error instanceof CompactedError)) throw error;
    if (query.continue === undefined)
      throw new StatusError(tooOldVersion(version, store.compactedTo));
    const { start } = decodeToken(query.continue);
    throw new StatusError(expiredContinue(encodeToken(-1, start)));
  }
}

function pageKey({ metadata }: KubeObject): string {
  return `${metadata.namespace ? `/${metadata.namespace}` : ""}/${metadata.name}`;
}

function encodeToken(rv: number, start: string): string {
  const token: ContinueToken = { v: "meta.k8s.io/v1", rv, start };
  return Buffer.from(JSON.stringify(token)).toString("base64url");
}

function decodeToken(text: string): ContinueToken {
  try {
    const token = JSON.parse(Buffer.from(text, "base64url").toString()) as ContinueToken;
    if (token.v === "meta.k8s.io/v1" && Number.isInteger(token.rv) && token.start) return token;
  } catch {
    // Falls through: what is no JSON is no token either.
  }
  throw new StatusError(badRequest("continue key is not valid"));
}
