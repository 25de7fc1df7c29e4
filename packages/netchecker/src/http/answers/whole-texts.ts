import { JSON_TYPE } from "../json-stream.ts";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { deflate, gzip, zstdCompress } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
import pLimit from "p-limit";
import type { ErrorBody } from "../schemas/errors.ts";
import { busy, whenSent } from "./answers.ts";
import { encodingOf } from "./encodings.ts";

/** The bound for all texts that are being sent. */
const MAX_BYTES = 8 * 1024 * 1024;
const MIN_ENCODED_BYTES = 1_024;
const ENCODED_AT_ONCE = 2;
const PIECE_BYTES = 64 * 1024;

const ENCODE = {
  zstd: promisify(zstdCompress),
  gzip: promisify(gzip),
  deflate: promisify(deflate),
};

/**
 * A hook for bodies that routes send as one text, including errors. It encodes texts that are long enough, a few at a
 * time, and counts the bytes that wait for their readers. Beyond the bound it sends a short error instead.
 */
export function boundWholeTexts(maxBytes = MAX_BYTES) {
  const turns = pLimit(ENCODED_AT_ONCE);
  let waiting = 0;
  return async (
    request: FastifyRequest,
    reply: FastifyReply,
    payload: unknown,
  ): Promise<unknown> => {
    if (typeof payload !== "string") return payload;
    const bytes = Buffer.byteLength(payload);
    if (waiting + bytes > maxBytes) return busyInstead(reply);
    waiting += bytes;
    whenSent(reply, () => void (waiting -= bytes));
    if (bytes < MIN_ENCODED_BYTES || request.method === "HEAD") return payload;
    reply.header("vary", "accept-encoding");
    const encoding = encodingOf(request.headers["accept-encoding"]);
    if (encoding === "identity") return inPieces(reply, Buffer.from(payload));
    reply.header("content-encoding", encoding);
    return inPieces(reply, await turns(() => ENCODE[encoding](payload)));
  };
}

/** Sent in small pieces, because a client that takes no piece for some seconds is cut off (bound-connections.ts). */
function inPieces(reply: FastifyReply, bytes: Buffer): Buffer | Readable {
  reply.header("content-length", bytes.length);
  if (bytes.length <= PIECE_BYTES) return bytes;
  const count = Math.ceil(bytes.length / PIECE_BYTES);
  const pieces = Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES),
  );
  return Readable.from(pieces, { objectMode: false });
}

function busyInstead(reply: FastifyReply): string {
  const { statusCode, code, message, headers } = busy();
  reply.removeHeader("content-length");
  reply.removeHeader("etag");
  reply.code(statusCode).headers(headers).type(JSON_TYPE);
  return JSON.stringify({ code, message } satisfies ErrorBody);
}
