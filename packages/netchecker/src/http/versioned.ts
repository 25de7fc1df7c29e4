import { JSON_TYPE } from "./json-stream.ts";
import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Api } from "./api.ts";

const weak = (tag: string) => tag.trim().replace(/^W\//, "");

/** Whether a client has this version already. */
export function hasVersion(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return (
    ifNoneMatch.trim() === "*" || ifNoneMatch.split(",").some((tag) => weak(tag) === weak(etag))
  );
}

/** A JSON text and its ETag, which is a digest of the text. */
export interface Versioned {
  readonly text: string;
  readonly etag: string;
}

export function versioned(body: object): Versioned {
  const text = JSON.stringify(body);
  return { text, etag: `W/"${createHash("sha256").update(text).digest("base64url")}"` };
}

/** Sends a text with its ETag; a 304 if the client has it already. */
export async function sendVersioned(
  api: Api,
  request: FastifyRequest,
  reply: FastifyReply,
  { text, etag }: Versioned,
): Promise<FastifyReply> {
  reply.headers({ "cache-control": "no-cache", etag });
  // A 304 stands for a 200, so other answers are always sent in full.
  if (reply.statusCode === 200 && hasVersion(request.headers["if-none-match"], etag))
    return reply.code(304).send();
  return api.answers.send(request, reply, {
    key: etag,
    type: JSON_TYPE,
    open: () => ({ pieces: [text] }),
  });
}
