import { FindingSchema, RoundHeadSchema, VerdictSchema } from "@netchecker/contract";
import { type Static, Type } from "typebox";

/** Every error of the API: a stable code, and a sentence that says what to do. */
export const ErrorSchema = Type.Object({ code: Type.String(), message: Type.String() });
export type ErrorBody = Static<typeof ErrorSchema>;

/** Why netchecker cannot say what was asked: with the verdict, and the last round beside it where there is one. */
export const UnavailableSchema = Type.Object({
  ...ErrorSchema.properties,
  verdict: Type.Optional(VerdictSchema),
  /** The pod that holds the lease, where this netchecker stands by. */
  holder: Type.Optional(Type.String()),
  /** The last closed round, which says nothing of now, and where its results are. */
  round: Type.Optional(RoundHeadSchema),
  url: Type.Optional(Type.String()),
  findings: Type.Optional(Type.Array(FindingSchema)),
});

/** The query of a route that takes no parameters: one that is given all the same is told so. */
export const NoParametersSchema = Type.Object({}, { additionalProperties: false });

/** An answer that is no success. */
export class HttpError extends Error {
  override name = "HttpError";
  readonly statusCode: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What the body tells beside code and message; the route's schema knows it. */
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

/** Ajv's faults → one sentence that names each parameter, its value and what is allowed. */
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
