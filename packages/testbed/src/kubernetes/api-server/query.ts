import { isResource, RESOURCES, type Resource } from "./resource.ts";
import { fieldSelector, labelSelector, type Matches } from "./selectors.ts";
import { badRequest, noSuchPath, StatusError } from "./status.ts";

/** A request for objects, taken apart. */
export interface ObjectQuery {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly verb: "get" | "list" | "watch";
  /** Namespace and selectors in one. */
  readonly matches: Matches;
  /** Whether there is a selector. */
  readonly selective: boolean;
  readonly limit: number;
  readonly continue: string | undefined;
  readonly resourceVersion: number | undefined;
  readonly resourceVersionMatch: string | undefined;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean;
  readonly timeoutSeconds: number | undefined;
}

const PATH = /^\/api\/v1\/(?:namespaces\/([^/]+)\/)?([^/]+)(?:\/([^/]+))?$/;

/** Path and parameters of a request → what it asks for. Throws a {@link StatusError}. */
export function parseQuery(url: URL): ObjectQuery {
  const [, namespace, resource, name] = PATH.exec(decodeURIComponent(url.pathname)) ?? [];
  if (resource === undefined || !isResource(resource)) throw new StatusError(noSuchPath());
  if (namespace !== undefined && !RESOURCES[resource].namespaced)
    throw new StatusError(noSuchPath());
  const parameters = url.searchParams;
  const text = (key: string) => parameters.get(key) || undefined;
  const labels = text("labelSelector");
  const fields = text("fieldSelector");
  const byLabel = labels === undefined ? () => true : labelSelector(labels);
  const byField = fields === undefined ? () => true : fieldSelector(resource, fields);
  return {
    resource,
    namespace,
    name,
    verb: name !== undefined ? "get" : flag(parameters, "watch") ? "watch" : "list",
    matches: (object) =>
      (namespace === undefined || object.metadata.namespace === namespace) &&
      byLabel(object) &&
      byField(object),
    selective: labels !== undefined || fields !== undefined,
    limit: whole(parameters, "limit") ?? 0,
    continue: text("continue"),
    resourceVersion: whole(parameters, "resourceVersion"),
    resourceVersionMatch: text("resourceVersionMatch"),
    allowWatchBookmarks: flag(parameters, "allowWatchBookmarks"),
    sendInitialEvents: flag(parameters, "sendInitialEvents"),
    timeoutSeconds: whole(parameters, "timeoutSeconds"),
  };
}

// As Go parses a query's bool: present and empty counts as true.
const flag = (parameters: URLSearchParams, key: string) =>
  ["", "1", "t", "T", "true", "TRUE", "True"].includes(parameters.get(key) ?? "false");

function whole(parameters: URLSearchParams, key: string): number | undefined {
  const text = parameters.get(key);
  if (text === null || text === "") return undefined;
  if (!/^\d{1,15}$/.test(text))
    throw new StatusError(badRequest(`${key}: Invalid value: ${JSON.stringify(text)}`));
  return Number(text);
}
