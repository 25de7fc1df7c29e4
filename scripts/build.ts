import { mkdir, writeFile } from "node:fs/promises";
import { build, type Plugin } from "esbuild";
import { buildPage } from "./build-page.ts";

/**
 * Bundles all services, or the ones named as arguments, to `packages/<service>/dist/main.js`. Such
 * a file runs without node_modules. The dashboard is put beside netchecker's bundle, in `page`.
 */
const named = process.argv.slice(2);
const services = named.length > 0 ? named : ["netchecker", "ping", "pong"];

/**
 * netchecker's launcher loads the service only when it needs it. The service is a bundle of its
 * own, so that `--check` does not load it.
 */
const loadedLater: Plugin = {
  name: "loaded-later",
  setup(builder) {
    builder.onResolve({ filter: /^\.\/main\.ts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./service.js", external: true } : null,
    );
  },
};

/** The source files and their bundles. The bundle that starts is always `main.js`. */
const bundlesOf = (service: string) =>
  service === "netchecker" ? { launch: "main", main: "service" } : { main: "main" };

const page = services.includes("netchecker") ? buildPage() : null;
// CommonJS, because Node's ESM loader alone costs 16 MB of memory, and some of these bundles run on
// every node.
await Promise.all(
  services.map(async (service) => {
    const out = `packages/${service}/dist`;
    await mkdir(out, { recursive: true });
    await writeFile(`${out}/package.json`, '{ "type": "commonjs" }\n');
    for (const [source, bundle] of Object.entries(bundlesOf(service)))
      await build({
        entryPoints: [`packages/${service}/src/${source}.ts`],
        outfile: `${out}/${bundle}.js`,
        bundle: true,
        plugins: [loadedLater],
        platform: "node",
        target: "node24",
        format: "cjs",
        // So one bundle loads another one with require(), because both are CommonJS.
        supported: { "dynamic-import": false },
        // The source text stays in memory, so it should be small. V8 keeps plain ASCII at one byte
        // per character.
        minify: true,
        charset: "ascii",
        // Short lines, so that a crash does not print the whole bundle.
        lineLimit: 160,
        legalComments: "none",
        logLevel: "warning",
      });
  }),
);
await page;
