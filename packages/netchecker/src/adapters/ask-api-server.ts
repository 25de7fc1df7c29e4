import { HttpMethod, type KubeConfig, RequestContext } from "@kubernetes/client-node";
import { fetch } from "undici";
import type { KubernetesObject } from "./to-records.ts";

/** The API server refused, with this status. */
export class ApiError extends Error {
  override name = "ApiError";
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** A resource by its path, and which of it are wanted. */
export interface ResourcePath {
  /** Such as `/api/v1/nodes`. */
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Only names and labels are wanted: a node without its status is a tenth of its size. */
  readonly metadataOnly?: boolean;
}

/** A server that does not know it answers with whole objects (Kubernetes API concepts, "metadata-only fetches"). */
const METADATA_ONLY =
  "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

interface KubernetesList {
  /** When it was answered, by the API server's clock, in whole seconds; NaN where it does not say. */
  readonly servedAt: number;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly KubernetesObject[];
}

/** The selectors of a resource, as query parameters. */
export function selectorsOf({
  labelSelector,
  fieldSelector,
}: ResourcePath): Record<string, string> {
  return { ...(labelSelector && { labelSelector }), ...(fieldSelector && { fieldSelector }) };
}

/**
 * One page of a list. Throws an {@link ApiError} when it is refused, and what fetch throws when there
 * is no answer. Written on fetch because the client's typed API brings the models of all of Kubernetes,
 * and keeps whole objects.
 */
export async function listPage(
  kubeConfig: KubeConfig,
  resource: ResourcePath,
  page: { readonly limit: number; readonly continue?: string },
  signal: AbortSignal,
): Promise<KubernetesList> {
  const query = { limit: String(page.limit), ...(page.continue && { continue: page.continue }) };
  const { text, servedAt } = await get(kubeConfig, resource, query, signal);
  return { ...(JSON.parse(text) as Omit<KubernetesList, "servedAt">), servedAt };
}

/** Watches for a second, to see whether it may. Throws as {@link listPage} does. */
export async function tryWatch(
  kubeConfig: KubeConfig,
  resource: ResourcePath,
  signal: AbortSignal,
): Promise<void> {
  await get(kubeConfig, resource, { watch: "true", timeoutSeconds: "1" }, signal);
}

async function get(
  kubeConfig: KubeConfig,
  resource: ResourcePath,
  parameters: Record<string, string>,
  signal: AbortSignal,
): Promise<{ text: string; servedAt: number }> {
  const query = new URLSearchParams({ ...selectorsOf(resource), ...parameters });
  const url = `${kubeConfig.getCurrentCluster()?.server ?? ""}${resource.path}?${query}`;
  const context = new RequestContext(url, HttpMethod.GET);
  await kubeConfig.applySecurityAuthentication(context);
  const dispatcher = context.getDispatcher();
  const listing = resource.metadataOnly === true && parameters["watch"] === undefined;
  const accept = listing ? METADATA_ONLY : "application/json";
  const response = await fetch(url, {
    headers: { ...context.getHeaders(), accept },
    signal,
    ...(dispatcher && { dispatcher }),
  });
  const text = await response.text();
  if (!response.ok)
    throw new ApiError(response.status, `${response.status}: ${text.slice(0, 300)}`);
  return { text, servedAt: Date.parse(response.headers.get("date") ?? "") };
}

/** What to do about a call that failed, where that is known; else what happened. */
export function explainApiError(
  error: unknown,
  verb: "list" | "watch",
  { path }: ResourcePath,
): string {
  const resource = path.slice(path.lastIndexOf("/") + 1);
  const { statusCode } = error as ApiError;
  if (statusCode === 403) {
    const role = resource === "nodes" ? "ClusterRole" : "Role";
    return `may not ${verb} ${resource}: the ${role} netchecker in deploy/base/netchecker-rbac.yaml grants it`;
  }
  if (statusCode === 401)
    return `the API server does not accept the token: check the service account netchecker (deploy/base/netchecker-rbac.yaml)`;
  const { message, cause } = error as Error;
  return `cannot ${verb} ${resource}: ${cause instanceof Error ? `${message}: ${cause.message}` : message}`;
}
