/** An error answer of the API. */
export class HttpError extends Error {
  override name = "HttpError";
  readonly statusCode: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Further fields of the body, which the route's schema must know. */
  readonly beside: object;

  constructor(
    statusCode: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    beside: object = {},
  ) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
    this.headers = headers;
    this.beside = beside;
  }
}

interface SchemaFault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message?: string | undefined;
  readonly params: Record<string, unknown>;
}

/** Turns Ajv's faults into sentences that name each parameter, its value and what is allowed. */
export function describeFaults(
  faults: readonly SchemaFault[],
  given: Record<string, unknown>,
  allowed: readonly string[],
): string {
  const sentences = faults.map(({ keyword, instancePath, message, params }) => {
    if (keyword === "additionalProperties")
      return `Parameter ${String(params["additionalProperty"])} is unknown; allowed: ${allowed.join(", ") || "none"}.`;
    const name = instancePath.slice(1);
    const what =
      keyword === "enum"
        ? (params["allowedValues"] as string[]).map((value) => value || "nothing").join(", ")
        : message?.replace(/^must be /, "");
    return `Parameter ${name} is ${JSON.stringify(given[name])}; allowed: ${what}.`;
  });
  return [...new Set(sentences)].join(" ");
}
