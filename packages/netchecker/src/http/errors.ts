import { FindingSchema, RoundHeadSchema, VerdictSchema } from "@netchecker/contract";
import { type Static, Type } from "typebox";

/** Every error of the API has a stable code, and a sentence that says what to do. */
export const ErrorSchema = Type.Object({ code: Type.String(), message: Type.String() });
export type ErrorBody = Static<typeof ErrorSchema>;

/** The body of a 503: why netchecker cannot answer, with the verdict and, if there is one, the last round. */
export const UnavailableSchema = Type.Object({
  ...ErrorSchema.properties,
  verdict: Type.Optional(VerdictSchema),
  /** The pod that holds the lease, if this netchecker stands by. */
  holder: Type.Optional(Type.String()),
  /** The last closed round, which is too old to say anything about now. `url` has its results. */
  round: Type.Optional(RoundHeadSchema),
  url: Type.Optional(Type.String()),
  findings: Type.Optional(Type.Array(FindingSchema)),
});

/** The query of a route without parameters. A client that sends one gets an error that names it. */
export const NoParametersSchema = Type.Object({}, { additionalProperties: false });

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
