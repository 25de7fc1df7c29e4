import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RoundKeeper } from "../src/keep-rounds.ts";
import { type ARedis, aRedis, LOG } from "./support/a-redis.ts";
import { type AnApp, anApp, aServed } from "./support/a-served.ts";
import { aStore } from "./support/a-store.ts";

/** The real dashboard, as `pnpm build` makes it. */
const BUILT = join(import.meta.dirname, "../dist/page");

let redis: ARedis;
let keeper: RoundKeeper;
let folder: string;
let pageFolder: string;
let app: AnApp;
/** The name of a script in the page's index.html. */
let script: string;

beforeAll(async () => {
  redis = await aRedis();
  const commands = await redis.connect();
  keeper = new RoundKeeper(await aStore(commands, { fullRounds: 1, rounds: 9 }), LOG);
  folder = await mkdtemp(join(tmpdir(), "netchecker-page-"));
  pageFolder = join(folder, "page");
  await cp(BUILT, pageFolder, { recursive: true });
  await writeFile(join(folder, "secret.txt"), "not for the page");
  app = await anApp(aServed(keeper), { pageFolder });
  script = /src="\.?\/?(assets\/[^"]+\.js)"/.exec((await app.inject("/")).body)![1]!;
});
afterAll(async () => {
  await app.close();
  await redis.stop();
  await rm(folder, { recursive: true });
});

describe("the page", () => {
  it("is index.html, which browsers revalidate each time, with a 304 while it is the same", async () => {
    const response = await app.inject("/");
    expect(response.statusCode).toBe(200);
    expect(response.body).toBe(await readFile(join(BUILT, "index.html"), "utf8"));
    expect(response.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-cache",
      etag: expect.stringMatching(/^W\/"/),
    });
    const headers = { "if-none-match": response.headers["etag"] as string };
    expect((await app.inject({ url: "/", headers })).statusCode).toBe(304);
    expect((await app.inject("/?round=42")).statusCode).toBe(200);
  });

  it("has only relative links, so that it works behind a prefix", async () => {
    const { body } = await app.inject("/");
    const links = [...body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => /^(\/|[a-z]+:\/\/)/i.test(link))).toEqual([]);
  });

  it("has no inline script or style, nor anything else that its policy forbids", async () => {
    const { body, headers } = await app.inject("/");
    expect(headers).toMatchObject({
      "content-security-policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
    expect(body).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=/i);
  });

  it("has assets whose content never changes under one name, so that browsers fetch them once", async () => {
    const response = await app.inject(`/${script}`);
    expect(response.statusCode).toBe(200);
    expect(response.body).toBe(await readFile(join(BUILT, script), "utf8"));
    expect(response.headers).toMatchObject({
      "content-type": expect.stringContaining("javascript"),
      "cache-control": "public, max-age=31536000, immutable",
      "x-content-type-options": "nosniff",
      "content-security-policy": expect.stringContaining("default-src 'none'"),
    });
  });

  it.each([
    ["zstd, br, gzip", "br", brotliDecompressSync],
    ["gzip, deflate", "gzip", gunzipSync],
  ])(
    "is sent as it was compressed at build time, to a client that accepts %s",
    async (accepts, encoding, read) => {
      for (const path of ["", script]) {
        const headers = { "accept-encoding": accepts };
        const response = await app.inject({ url: `/${path}`, headers });
        expect(response.headers).toMatchObject({
          "content-encoding": encoding,
          vary: expect.stringContaining("accept-encoding"),
        });
        const plain = await readFile(join(BUILT, path || "index.html"));
        expect(read(response.rawPayload)).toEqual(plain);
      }
    },
  );

  it.each([
    "/assets/none.js",
    "/assets/",
    "/assets",
    "/index.htm",
    "/assets/../../secret.txt",
    "/assets/%2e%2e/%2e%2e/secret.txt",
    "/assets/..%2f..%2fsecret.txt",
  ])("%s is refused with an error of the API", async (url) => {
    const response = await app.inject(url);
    expect([400, 403, 404]).toContain(response.statusCode);
    expect(response.json()).toEqual({ code: expect.any(String), message: expect.any(String) });
    expect(response.headers["cache-control"]).toBeUndefined();
    expect(response.headers["location"]).toBeUndefined();
  });

  it("needs no token, although everything that it requests does", async () => {
    const guarded = await anApp(aServed(keeper), {
      token: "a-token-of-sixteen-and-more",
      pageFolder,
    });
    expect((await guarded.inject("/")).statusCode).toBe(200);
    expect((await guarded.inject(`/${script}`)).statusCode).toBe(200);
    for (const url of ["/state", "/mesh", "/events", "/timeline"])
      expect((await guarded.inject(url)).statusCode).toBe(401);
  });

  it("preloads the mesh before its script requests it, unless a token is needed", async () => {
    const guarded = await anApp(aServed(keeper), {
      token: "a-token-of-sixteen-and-more",
      pageFolder,
    });
    expect((await app.inject("/")).headers["link"]).toBe(
      "<mesh>; rel=preload; as=fetch; crossorigin",
    );
    expect((await guarded.inject("/")).headers["link"]).toBeUndefined();
  });

  it("is a 503 that says what to do if it was not built, and the rest works", async () => {
    const nowhere = join(folder, "empty");
    await mkdir(nowhere);
    const without = await anApp(aServed(keeper), { pageFolder: nowhere });
    const response = await without.inject("/");
    expect([response.statusCode, response.json()]).toEqual([
      503,
      {
        code: "no_page",
        message: `The dashboard is not in ${nowhere}: run \`npx -y pnpm@12 build\`. The API works without it; see /openapi.json.`,
      },
    ]);
    expect((await without.inject("/state")).statusCode).toBe(200);
    expect((await without.inject("/assets/a.js")).statusCode).toBe(404);
  });

  it("is not described in /openapi.json, because it is not part of the API", async () => {
    const { paths } = (await app.inject("/openapi.json")).json();
    expect(Object.keys(paths).filter((path) => path === "/" || path.includes("assets"))).toEqual(
      [],
    );
  });
});
