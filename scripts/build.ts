import { mkdir, writeFile } from "node:fs/promises";
import { build, type Plugin } from "esbuild";
import { buildPage } from "./build-page.ts";

/**
 * Bundles each service (or those named) to one file that starts by itself: `packages/<service>/dist/main.js`;
 * netchecker's has the dashboard beside it, in `page`.
 */
const named = process.argv.slice(2);
const services = named.length > 0 ? named : ["netchecker", "ping", "pong"];

/**
 * ioredis imports tls and crypto at its top and uses them for `rediss://` and scripts only. Loaded when
 * first used, they save every ping that does not 4 MB resident.
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
 * What the metrics' library brings for other uses than a scrape of one process (workers, a push gateway,
 * tracing), and figures of the process that a timer or an observer would have to be awake for.
 */
const NOT_SCRAPED =
  /^(@opentelemetry\/api|\.\/(cluster|worker|pushgateway|summary)|\.\/lib\/(cluster|worker|pushgateway|summary))$/;
const NOT_MEASURED =
  /^\.\/metrics\/(gc|eventLoop\w+|heapSpaces\w+|processHandles|processRequests|processResources)$/;

/**
 * What libraries bring for uses that are not ours, and would stay in memory: swagger's YAML output,
 * compress' table of all media types (it knows text and JSON without), and the search for files of static,
 * which is asked for each by name.
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

/** What netchecker's launcher loads where it has to: a bundle of its own, so that `--check` need not hold it. */
const loadedLater: Plugin = {
  name: "loaded-later",
  setup(builder) {
    builder.onResolve({ filter: /^\.\/main\.ts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./service.js", external: true } : null,
    );
  },
};

/** Sources and their bundles: the one that starts is always `main.js`. */
const bundlesOf = (service: string) =>
  service === "netchecker" ? { launch: "main", main: "service" } : { main: "main" };

const page = services.includes("netchecker") ? buildPage() : null;
// CommonJS, because Node's ESM loader alone costs 16 MB resident, and each of these runs on every node.
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
        // A bundle that loads another one requires it: see above.
        supported: { "dynamic-import": false },
        // The source stays in memory: small, and in plain ASCII, which V8 keeps at a byte a character.
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
