import type { Socket } from "node:net";
import type { ErrorBody } from "./schemas/errors.ts";

const REFUSALS: Readonly<Record<string, { readonly status: string } & ErrorBody>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: "408 Request Timeout",
    code: "request_timeout",
    message: "The request did not come whole in time. Send it at once.",
  },
  HPE_HEADER_OVERFLOW: {
    status: "431 Request Header Fields Too Large",
    code: "headers_too_large",
    message: "The request's head is too long. Send 16 kB at most.",
  },
};

const NO_HTTP = {
  status: "400 Bad Request",
  code: "bad_request",
  message: "This is no HTTP request.",
};

/** Answers bytes that node:http cannot read as a request with an error of the API, and closes the connection. */
export function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const { status, code, message } = REFUSALS[error.code ?? ""] ?? NO_HTTP;
  const body = JSON.stringify({ code, message } satisfies ErrorBody);
  const head = [
    `HTTP/1.1 ${status}`,
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}
