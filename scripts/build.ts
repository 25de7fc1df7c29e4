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
 * ioredis imports tls and crypto at its top, but it needs them only for `rediss://` and for
 * scripts. Loading them on first use saves 4 MB of memory in every ping that does not need them.
 */
const lazyTls: Plugin = {
  name: "lazy-tls",
  setup(builder) {
    builder.onResolve({ filter: /^(node:)?(tls|crypto)$/ }, ({ path, importer }) =>
      importer.includes("/ioredis/") ? { path, namespace: "lazy" } : null,
    );
    builder.onLoad({ filter: /.*/, namespace: "lazy" }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => process.getBuiltinModule("${path}")[name] });`,
    }));
  },
};

/**
 * Parts of the metrics library that a scrape of one process does not need: workers, a push gateway,
 * tracing. NOT_MEASURED are figures that would need a timer or an observer in a process that
 * otherwise rests.
 */
const NOT_SCRAPED =
  /^(@opentelemetry\/api|\.\/(cluster|worker|pushgateway|summary)|\.\/lib\/(cluster|worker|pushgateway|summary))$/;
const NOT_MEASURED =
  /^\.\/metrics\/(gc|eventLoop\w+|heapSpaces\w+|processHandles|processRequests|processResources)$/;

/**
 * Parts of libraries that netchecker does not use and that would stay in memory: swagger's YAML
 * output, compress' table of all media types (it knows text and JSON without it), and the file
 * search of static (netchecker asks it for each file by name).
 */
const leftOut: Plugin = {
  name: "left-out",
  setup(builder) {
    builder.onResolve({ filter: /^(yaml|mime-db|glob)$/ }, ({ path }) => ({
      path,
      namespace: "left-out",
    }));
    const inMetrics = (what: RegExp, namespace: string) =>
      builder.onResolve({ filter: what }, ({ path, importer }) =>
        importer.includes("/@prometheus-io/client/") ? { path, namespace } : null,
      );
    inMetrics(NOT_SCRAPED, "left-out");
    inMetrics(NOT_MEASURED, "left-out-function");
    builder.onLoad({ filter: /.*/, namespace: "left-out" }, () => ({
      contents: "module.exports = {};",
    }));
    builder.onLoad({ filter: /.*/, namespace: "left-out-function" }, () => ({
      contents: "module.exports = () => {};",
    }));
  },
};

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
        plugins: [lazyTls, leftOut, loadedLater],
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
