import { promisify } from "node:util";
import { deflate, gzip, zstdCompress } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
import pLimit from "p-limit";
import type { ErrorBody } from "../errors.ts";
import { busy, whenSent } from "./answers.ts";
import { encodingOf } from "./encodings.ts";

/** Texts that are being sent, all together. */
const MOST_BYTES = 8 * 1024 * 1024;
const WORTH_ENCODING_BYTES = 1_024;
const ENCODED_AT_ONCE = 2;

const ENCODE = {
  zstd: promisify(zstdCompress),
  gzip: promisify(gzip),
  deflate: promisify(deflate),
};

/**
 * A hook for what routes send as a whole, errors too: encodes it where that is worth it, a few at a time, and
 * counts what waits to be read. Beyond the bound, a short error is sent instead.
 */
export function boundWholeTexts(mostBytes = MOST_BYTES) {
  const turns = pLimit(ENCODED_AT_ONCE);
  let waiting = 0;
  return async (
    request: FastifyRequest,
    reply: FastifyReply,
    payload: unknown,
  ): Promise<unknown> => {
    if (typeof payload !== "string") return payload;
    const bytes = Buffer.byteLength(payload);
    if (waiting + bytes > mostBytes) return instead(reply);
    waiting += bytes;
    whenSent(reply, () => void (waiting -= bytes));
    if (bytes < WORTH_ENCODING_BYTES || request.method === "HEAD") return payload;
    reply.header("vary", "accept-encoding");
    const encoding = encodingOf(request.headers["accept-encoding"]);
    if (encoding === "identity") return payload;
    const encoded = await turns(() => ENCODE[encoding](payload));
    reply.headers({ "content-encoding": encoding, "content-length": encoded.length });
    return encoded;
  };
}

function instead(reply: FastifyReply): string {
  const { statusCode, code, message, headers } = busy();
  reply.removeHeader("content-length");
  reply.removeHeader("etag");
  reply.code(statusCode).headers(headers).type("application/json; charset=utf-8");
  return JSON.stringify({ code, message } satisfies ErrorBody);
}
