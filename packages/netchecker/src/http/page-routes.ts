import { access } from "node:fs/promises";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyPluginAsync } from "fastify";
import { HttpError } from "./errors.ts";

/** Nothing but netchecker's own files and answers, no inline script, in nobody's frame. */
const HEADERS = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** What its script asks for first, so that it is on its way while the script is. Relative: it works behind any prefix. */
const PRELOAD = { link: "<mesh>; rel=preload; as=fetch; crossorigin" };

/** Not a part of the API. Its files are compressed when they are built. */
const ROUTE = { schema: { hide: true } } as const;

/**
 * The dashboard: `folder` has its index.html, and in `assets` what that loads, under names that change
 * with the content. It holds no data, so it needs no token; what it shows, it asks the API for. Where that
 * is `open` to all, the browser is told to begin at once; it could not send a token.
 */
export function pageRoutes(folder: string, open: boolean): FastifyPluginAsync {
  const headers = { ...HEADERS, "cache-control": "no-cache", ...(open && PRELOAD) };
  return async (app) => {
    if (!(await isFile(join(folder, "index.html")))) {
      app.get("/", ROUTE, () => {
        throw new HttpError(
          503,
          "no_page",
          `The dashboard is not in ${folder}: run \`npx -y pnpm@12 build\`. The API works without it; see /openapi.json.`,
        );
      });
      return;
    }
    await app.register(fastifyStatic, { root: folder, serve: false, preCompressed: true });
    app.get("/", ROUTE, (_request, reply) =>
      reply.headers(headers).sendFile("index.html", { cacheControl: false }),
    );
    app.get<{ Params: { "*": string } }>("/assets/*", ROUTE, (request, reply) =>
      reply
        .headers(HEADERS)
        .sendFile(`assets/${request.params["*"]}`, { maxAge: "365d", immutable: true }),
    );
  };
}

async function isFile(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
