import { execFile } from "node:child_process";
import { cp, glob, mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, matchesGlob, relative } from "node:path";
import { promisify } from "node:util";
import { IMAGE_ENV } from "@netchecker/testbed/services/image-env";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readStages, ROOT, SERVICES, type Stage, valuesOf } from "./support/dockerfile.ts";

const stagesOf = Object.fromEntries(
  await Promise.all(SERVICES.map(async (service) => [service, await readStages(service)] as const)),
) as Record<(typeof SERVICES)[number], Stage[]>;

test("all stages before the last are the same in all three Dockerfiles", () => {
  const before = SERVICES.map((service) => stagesOf[service].slice(0, -1).map(({ text }) => text));
  expect(before[0]).toHaveLength(2);
  expect(before[1]).toEqual(before[0]);
  expect(before[2]).toEqual(before[0]);
});

test("each base has the exact Node version of the workspace, and the last stage has no base", async () => {
  const manifest = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  const node = `node:${manifest.devDependencies["node"]}-bookworm-slim`;
  for (const service of SERVICES)
    expect(stagesOf[service].map(({ base }) => base)).toEqual([node, node, "scratch"]);
});

test.for(SERVICES)(
  "%s ends with Node and its bundle, as a numeric user, with SIGTERM reaching Node",
  (service) => {
    const last = stagesOf[service].at(-1)!;
    expect(valuesOf(last, "COPY")).toEqual([
      "--from=node /image /",
      `--from=build /src/packages/${service}/dist/${service === "netchecker" ? "" : "main.js"} /app/`,
    ]);
    expect(valuesOf(last, "RUN")).toEqual([]);
    expect(valuesOf(last, "USER")).toEqual(["65532:65532"]);
    expect(valuesOf(last, "WORKDIR")).toEqual(["/app"]);
    expect(valuesOf(last, "ENTRYPOINT")).toEqual(['["node", "main.js"]']);
    const malloc = Object.entries(IMAGE_ENV).map(([name, value]) => `${name}=${value}`);
    expect(valuesOf(last, "ENV")).toEqual([
      ["PATH=/usr/local/bin NODE_OPTIONS=--max-semi-space-size=1", ...malloc].join(" "),
    ]);
    expect(valuesOf(last, "LABEL").join()).toContain(
      'org.opencontainers.image.licenses="Apache-2.0"',
    );
  },
);

describe("the build stage, with only the files that .dockerignore lets through", () => {
  let context: string;
  beforeAll(async () => {
    context = await mkdtemp(join(tmpdir(), "netchecker-context-"));
    await copyContext(context);
    const [build] = stagesOf.ping;
    expect(valuesOf(build!, "COPY")).toEqual([". ."]);
    for (const command of valuesOf(build!, "RUN"))
      await promisify(execFile)("sh", ["-c", command], {
        cwd: context,
        maxBuffer: 16 * 1024 * 1024,
      });
  }, 300_000);
  afterAll(() => rm(context, { recursive: true, force: true }));

  test.for(SERVICES)("makes every file that the last stage of %s copies", async (service) => {
    const sources = valuesOf(stagesOf[service].at(-1)!, "COPY").flatMap(
      (value) => /^--from=build \/src\/(\S+)/.exec(value)?.[1] ?? [],
    );
    expect(sources).toHaveLength(1);
    for (const source of sources) {
      const found = await stat(join(context, source));
      if (!found.isDirectory()) expect(found.size).toBeGreaterThan(10_000);
      else expect(await readdir(join(context, source))).toContain("main.js");
    }
  });

  test("puts the dashboard beside netchecker's bundle, with each file compressed", async () => {
    const files = await readdir(join(context, "packages/netchecker/dist/page"), {
      recursive: true,
    });
    const scripts = files.filter((file) => file.startsWith("assets/") && file.endsWith(".js"));
    expect(scripts.length).toBeGreaterThan(0);
    for (const file of ["index.html", ...scripts])
      expect(files).toEqual(expect.arrayContaining([file, `${file}.br`, `${file}.gz`]));
  });

  test("gets no tests, no git folder, no dependencies and no build of this machine", async () => {
    const here = await readdir(context);
    expect(here).not.toContain(".git");
    expect(here).not.toContain("tests");
    for await (const file of glob("packages/*/src/**/*.test.ts", { cwd: context }))
      expect.fail(file);
  });
});

/** Copies the files that a builder would get. In .dockerignore the last matching rule decides. */
async function copyContext(to: string): Promise<void> {
  const rules = (await readFile(join(ROOT, ".dockerignore"), "utf8"))
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ keep: line.startsWith("!"), pattern: line.replace(/^!/, "") }));
  const kept = (path: string): boolean => {
    // A builder's * also matches names that start with a dot.
    const parents = path
      .replaceAll(/(?<=^|\/)\./g, "_")
      .split("/")
      .map((_, index, parts) => parts.slice(0, index + 1).join("/"));
    let keeps = true;
    for (const { keep, pattern } of rules)
      if (parents.some((each) => matchesGlob(each, pattern))) keeps = keep;
    return keeps;
  };
  for (const name of await readdir(ROOT)) {
    if (!kept(name)) continue;
    const target = join(to, name);
    await mkdir(dirname(target), { recursive: true });
    await cp(join(ROOT, name), target, {
      recursive: true,
      filter: (source) => kept(relative(ROOT, source)),
    });
  }
}
