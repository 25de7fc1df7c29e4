import type { Dispatcher } from "undici";
import { retryAfterMs } from "../core/retry-delay.ts";
import type { ApiServerAccess, Asked } from "./api-server-access.ts";
import { boundedText } from "./bounded-bytes.ts";

/** The API server refused a request with this status. */
export class ApiError extends Error {
  override name = "ApiError";
  readonly statusCode: number;
  /** How long the server asks to wait; 0 if it does not ask. */
  readonly retryAfterMs: number;
  /** The request asked for a version that this server has not seen yet. */
  readonly isTooNew: boolean;

  constructor(status: KubernetesStatus, headerRetryMs = 0) {
    const { code, message } = status;
    super(message ? `${code}: ${message.slice(0, 300)}` : `${code}`);
    this.statusCode = code;
    const { causes, retryAfterSeconds } = status.details ?? {};
    this.retryAfterMs = Math.max(headerRetryMs, (retryAfterSeconds ?? 0) * 1_000);
    this.isTooNew = causes?.some(({ reason }) => reason === "ResourceVersionTooLarge") ?? false;
  }
}

/**
 * The answer is not what Kubernetes' documentation promises. Something else than the API server may have answered.
 */
export class OddAnswerError extends Error {
  override name = "OddAnswerError";
}

/** A resource by its path, and which of its objects are wanted. */
export interface ResourcePath {
  /** Such as `/api/v1/nodes`. */
  readonly path: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Whether only names and labels are wanted. Without its status, a node has a tenth of its size. */
  readonly metadataOnly?: boolean;
}

/** The `Status` object in which the API server says what went wrong. */
export interface KubernetesStatus {
  readonly code: number;
  readonly message?: string | undefined;
  readonly details?:
    | {
        readonly causes?: readonly { readonly reason?: unknown }[] | undefined;
        readonly retryAfterSeconds?: number | undefined;
      }
    | undefined;
}

/** An answer as JSON, and when the server gave it. */
export interface Answer {
  readonly json: unknown;
  /** By the API server's clock, in whole seconds but as milliseconds since 1970; NaN if the server does not say. */
  readonly servedAt: number;
}

const MAX_REFUSAL_BYTES = 65_536;

/** The selectors of a resource, as query parameters. */
export function selectorsOf({
  labelSelector,
  fieldSelector,
}: ResourcePath): Record<string, string> {
  return { ...(labelSelector && { labelSelector }), ...(fieldSelector && { fieldSelector }) };
}

/** Gets one JSON text of `maxBytes` at most. Throws what {@link open} throws, and an {@link OddAnswerError}. */
export async function getJson(
  access: ApiServerAccess,
  path: string,
  asked: Asked,
  maxBytes: number,
): Promise<Answer> {
  const { body, headers } = await open(access, path, asked);
  const text = await boundedText(body, maxBytes);
  const servedAt = Date.parse(single(headers["date"]) ?? "");
  try {
    return { json: JSON.parse(text), servedAt };
  } catch {
    const type = single(headers["content-type"]) ?? "nothing known";
    throw new OddAnswerError(
      `the answer is no JSON but ${type.slice(0, 100)}: ${JSON.stringify(text.slice(0, 100))}`,
    );
  }
}

/**
 * Sends a request and returns the answer before its body is read. Throws an {@link ApiError} if the server refuses,
 * and what undici throws if there is no answer.
 */
export async function open(
  access: ApiServerAccess,
  path: string,
  asked: Asked,
): Promise<Dispatcher.ResponseData> {
  const response = await access.get(path, asked);
  if (response.statusCode === 200) return response;
  const { statusCode: code, headers, body } = response;
  const text = await boundedText(body, MAX_REFUSAL_BYTES).catch(() => "");
  const asksToWait = retryAfterMs(single(headers["retry-after"]), Date.now());
  throw new ApiError({ ...statusIn(text), code }, asksToWait);
}

function statusIn(text: string): KubernetesStatus {
  try {
    return toStatus(JSON.parse(text));
  } catch {
    return { code: 0, message: text.slice(0, 300) };
  }
}

/** Turns any JSON into a status. Fields of a wrong type are ignored. */
export function toStatus(json: unknown): KubernetesStatus {
  const { code, message, details } = fieldsOf(json);
  const { causes, retryAfterSeconds } = fieldsOf(details);
  return {
    code: typeof code === "number" ? code : 0,
    message: typeof message === "string" ? message : undefined,
    details: {
      causes: Array.isArray(causes) ? causes.map((cause) => fieldsOf(cause)) : undefined,
      retryAfterSeconds: Number.isFinite(retryAfterSeconds)
        ? (retryAfterSeconds as number)
        : undefined,
    },
  };
}

/** The fields of an object; an empty object for any other value. */
export function fieldsOf(json: unknown): Readonly<Record<string, unknown>> {
  return typeof json === "object" && json !== null ? { ...json } : {};
}

const single = (header: string | string[] | undefined) =>
  Array.isArray(header) ? header[0] : header;

/** Says what to do about a failed request, if that is known; else what happened. */
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
