/** A `Status`, which is how the API server says that something went wrong. */
export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: { readonly continue?: string };
  readonly status: "Failure";
  readonly message: string;
  readonly reason: string;
  readonly details?: object;
  readonly code: number;
}

/** A request that ends in a {@link Status}. */
export class StatusError extends Error {
  override name = "StatusError";
  readonly status: Status;

  constructor(status: Status) {
    super(status.message);
    this.status = status;
  }
}

function failure(
  code: number,
  reason: string,
  message: string,
  details?: object,
  metadata: Status["metadata"] = {},
): Status {
  const head = { kind: "Status", apiVersion: "v1", metadata, status: "Failure" } as const;
  return { ...head, message, reason, ...(details && { details }), code };
}

export const unauthorized = () => failure(401, "Unauthorized", "Unauthorized");

export const badRequest = (message: string) => failure(400, "BadRequest", message);

/** What a caller tried to do; no namespace is the cluster scope. */
export interface Attempt {
  readonly user: string;
  readonly verb: string;
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

export function forbidden({ user, verb, resource, namespace, name }: Attempt): Status {
  const what = name === undefined ? resource : `${resource} "${name}"`;
  const where =
    namespace === undefined ? "at the cluster scope" : `in the namespace "${namespace}"`;
  return failure(
    403,
    "Forbidden",
    `${what} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "" ${where}`,
    name === undefined ? { kind: resource } : { name, kind: resource },
  );
}

export const notFound = (resource: string, name: string) =>
  failure(404, "NotFound", `${resource} "${name}" not found`, { name, kind: resource });

export const noSuchPath = () =>
  failure(404, "NotFound", "the server could not find the requested resource", {});

export const methodNotAllowed = () =>
  failure(
    405,
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
    {},
  );

export const tooOldVersion = (version: number, oldest: number) =>
  failure(410, "Expired", `too old resource version: ${version} (${oldest})`);

/** A page of a list whose snapshot is gone; the caller may go on inconsistently with the token given. */
export const expiredContinue = (token: string) =>
  failure(
    410,
    "Expired",
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
    undefined,
    { continue: token },
  );

export const tooLargeVersion = (version: number, current: number) =>
  failure(504, "Timeout", `Too large resource version: ${version}, current: ${current}`, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    retryAfterSeconds: 1,
  });
