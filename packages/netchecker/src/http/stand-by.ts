import type { FastifyReply, FastifyRequest } from "fastify";
import { sayVerdict } from "../core/verdict/say-verdict.ts";
import { capitalized } from "@netchecker/conclude/phrases";
import { HttpError } from "./http-error.ts";
import type { Served } from "./served.ts";

/**
 * A netchecker that stands by has no current rounds. It refuses all data routes, so that a client that a load balancer
 * sends to it does not get an old round.
 */
export function refuseWhileStandingBy(served: Served) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const holder = served.holder();
    if (holder === null) return;
    const verdict = served.verdict();
    const headers = { "retry-after": "1" };
    if ((request.query as { format?: unknown }).format === "text")
      return void reply
        .code(503)
        .headers(headers)
        .type("text/plain; charset=utf-8")
        .send(`${sayVerdict(verdict, Date.now())}\n`);
    throw new HttpError(503, "standing_by", capitalized(verdict.sentence), headers, {
      verdict,
      holder: holder.pod,
    });
  };
}
