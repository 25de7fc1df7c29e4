import type { Dispatcher } from "undici";
import { retryAfterMs } from "../core/retry-delay.ts";
import type { ApiServerAccess, Asked } from "./api-server-access.ts";
import { boundedText } from "./bounded-bytes.ts";

/** The API server refused, with this status. */
export class ApiError extends Error {
  override name = "ApiError";
  readonly statusCode: number;
  /** How long it asks to wait; 0 where it does not. */
  readonly retryAfterMs: number;
  /** It has not seen yet what was asked for: a version that is newer than its own. */
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

/** The API server's answer is not what Kubernetes' documents promise; something else may have answered. */
export class OddAnswerError extends Error {
  override name = "OddAnswerError";
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

/** A `Status`, by which the API server says what went wrong. */
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

/** An answer as JSON, and by which clock it was given. */
export interface Answer {
  readonly json: unknown;
  /** When it was answered, by the API server's clock, in whole seconds; NaN where it does not say. */
  readonly servedAt: number;
}

const MOST_REFUSAL_BYTES = 65_536;

/** The selectors of a resource, as query parameters. */
export function selectorsOf({
  labelSelector,
  fieldSelector,
}: ResourcePath): Record<string, string> {
  return { ...(labelSelector && { labelSelector }), ...(fieldSelector && { fieldSelector }) };
}

/** An answer that is one JSON text of `mostBytes` at most. Throws as {@link open} does, and an {@link OddAnswerError}. */
export async function getJson(
  access: ApiServerAccess,
  path: string,
  asked: Asked,
  mostBytes: number,
): Promise<Answer> {
  const { body, headers } = await open(access, path, asked);
  const text = await boundedText(body, mostBytes);
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
 * An answer whose body is yet to be read. Throws an {@link ApiError} when it is refused, and what undici throws
 * when there is no answer.
 */
export async function open(
  access: ApiServerAccess,
  path: string,
  asked: Asked,
): Promise<Dispatcher.ResponseData> {
  const response = await access.get(path, asked);
  if (response.statusCode === 200) return response;
  const { statusCode: code, headers, body } = response;
  const text = await boundedText(body, MOST_REFUSAL_BYTES).catch(() => "");
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

/** Whatever there is → a status; only what has the right type is taken over. */
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

/** The fields of an object; none of anything else. */
export function fieldsOf(json: unknown): Readonly<Record<string, unknown>> {
  return typeof json === "object" && json !== null ? { ...json } : {};
}

const single = (header: string | string[] | undefined) =>
  Array.isArray(header) ? header[0] : header;

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
