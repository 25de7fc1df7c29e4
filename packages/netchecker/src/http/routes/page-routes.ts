import { access } from "node:fs/promises";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyPluginAsync } from "fastify";
import { HttpError } from "../http-error.ts";

/** The page may load only netchecker's own files and answers, has no inline script, and may not be framed. */
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

/**
 * The script's first request. With this header the browser sends it while it still loads the script. The link is
 * relative, so it works behind any prefix.
 */
const PRELOAD = { link: "<mesh>; rel=preload; as=fetch; crossorigin" };

/** The page is not part of the API. */
const ROUTE = { schema: { hide: true } } as const;

/**
 * The dashboard. `folder` has its index.html and, in `assets`, files whose names change with their content; the build
 * compresses them. They hold no data, so they need no token: the page asks the API for its data. If the API is `open`
 * to all, the browser is told to preload. With a token it could not, because a preload cannot send one.
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
