import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";

const weak = (tag: string) => tag.trim().replace(/^W\//, "");

/** Whether a client has this version already. */
export function hasVersion(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return (
    ifNoneMatch.trim() === "*" || ifNoneMatch.split(",").some((tag) => weak(tag) === weak(etag))
  );
}

/** A body with an ETag that is its digest; a 304 where the client has it. */
export function sendVersioned(
  request: FastifyRequest,
  reply: FastifyReply,
  body: object,
): FastifyReply {
  const text = JSON.stringify(body);
  const etag = `W/"${createHash("sha256").update(text).digest("base64url")}"`;
  reply.headers({ "cache-control": "no-cache", etag });
  // An answer that is no success is never "as before".
  if (reply.statusCode === 200 && hasVersion(request.headers["if-none-match"], etag))
    return reply.code(304).send();
  return reply.type("application/json; charset=utf-8").send(text);
}
