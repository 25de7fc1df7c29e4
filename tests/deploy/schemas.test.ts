import { execFile } from "node:child_process";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { DEPLOY, type Manifest, VARIANTS } from "./support/rendered.ts";

const run = promisify(execFile);

/** The package that knows an API group: Kubernetes' own, or the Prometheus operator's. */
const modelsOf = ({ apiVersion }: Manifest) =>
  apiVersion.startsWith("monitoring.coreos.com/")
    ? `@kubernetes-models/prometheus-operator/${apiVersion}`
    : `kubernetes-models/${apiVersion}`;

/** Rejects, naming the field, what the schema of its kind refuses. */
async function validate(manifest: Manifest): Promise<void> {
  const models = (await import(/* @vite-ignore */ modelsOf(manifest))) as Record<
    string,
    new (data: Manifest) => { validate(): void }
  >;
  new models[manifest.kind]!(manifest).validate();
}

/** Fields that its kind does not have, of which an API server warns. The compiler knows: a literal may have no others. */
async function unknownFields(manifests: readonly Manifest[]): Promise<string> {
  const lines = manifests.map(
    (manifest, index) =>
      `import type { I${manifest.kind} as T${index} } from "${modelsOf(manifest)}";\n` +
      `export const of${index}: T${index} = ${JSON.stringify(manifest, null, 1)};\n`,
  );
  // From where the package is found, and where nothing else looks for sources.
  const folder = join(import.meta.dirname, "../../node_modules/.cache");
  const file = join(folder, `netchecker-unknown-fields-${process.pid}.ts`);
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--ignoreConfig", "--types", ""];
  const form = ["--module", "nodenext", "--target", "es2024", "--lib", "es2024"];
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(file, lines.join(""));
    await run("tsc", [...options, ...form, file], { cwd: folder });
    return "";
  } catch (error) {
    return (error as { stdout: string }).stdout || String(error);
  } finally {
    await rm(file, { force: true });
  }
}

test.for(Object.entries(VARIANTS))("%s fits the Kubernetes schemas", async ([, rendered]) => {
  const { objects } = await rendered();
  expect(objects.length).toBeGreaterThan(15);
  for (const manifest of objects) await validate(manifest);
});

test.for(Object.entries(VARIANTS))(
  "%s has no field that Kubernetes does not know",
  async ([, rendered]) => {
    expect(await unknownFields((await rendered()).objects)).toBe("");
  },
);

test("both checks find what is wrong", async () => {
  const service = { apiVersion: "v1", kind: "Service", metadata: { name: "a" } };
  const wrong = { ...service, spec: { type: "NodePort", ports: [{ port: "x", targetPort: 1 }] } };
  await expect(validate(wrong)).rejects.toThrow("/spec/ports/0/port");
  const misspelt = { ...service, spec: { type: "NodePort", prots: [] } };
  expect(await unknownFields([misspelt as Manifest])).toContain("prots");
  const monitor = {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata: { name: "a" },
  };
  const endpoints = (endpoint: object): Manifest =>
    ({ ...monitor, spec: { selector: {}, endpoints: [endpoint] } }) as Manifest;
  await expect(validate(endpoints({ port: 8080 }))).rejects.toThrow("/spec/endpoints/0/port");
  expect(await unknownFields([endpoints({ intervall: "1m" })])).toContain("intervall");
});

test("each overlay and component is among those that are tested", async () => {
  const folders = [...(await readdir(join(DEPLOY, "components"))), "overlays/kind"];
  expect(await readdir(join(DEPLOY, "overlays"))).toEqual(["kind"]);
  expect(Object.keys(VARIANTS)).toEqual(expect.arrayContaining(folders));
});
