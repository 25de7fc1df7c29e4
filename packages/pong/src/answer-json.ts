import type { OutgoingHttpHeaders, ServerResponse } from "node:http";

/** Sends a complete JSON answer. */
export function answerJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  const text = JSON.stringify(value);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** Sends an error: a stable code, and a sentence that says what to do. */
export function answerError(
  response: ServerResponse,
  status: number,
  error: { readonly code: string; readonly message: string },
  headers: OutgoingHttpHeaders = {},
): void {
  answerJson(response, status, error, headers);
}
