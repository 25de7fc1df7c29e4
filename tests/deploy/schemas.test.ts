import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { misfits } from "./support/misfits.ts";
import { DEPLOY, type Manifest, VARIANTS } from "./support/rendered.ts";

/** The package with the models of an API group: Kubernetes' own, or the Prometheus operator's. */
const modelsOf = ({ apiVersion }: Manifest) =>
  apiVersion.startsWith("monitoring.coreos.com/")
    ? `@kubernetes-models/prometheus-operator/${apiVersion}`
    : `kubernetes-models/${apiVersion}`;

/** Rejects with the name of a field if the schema of its kind refuses the manifest. */
async function validate(manifest: Manifest): Promise<void> {
  const models = (await import(/* @vite-ignore */ modelsOf(manifest))) as Record<
    string,
    new (data: Manifest) => { validate(): void }
  >;
  new models[manifest.kind]!(manifest).validate();
}

/** The fields that a kind does not have. An API server would warn about them. */
const unknownFields = (manifests: readonly Manifest[]): Promise<string> =>
  misfits(
    manifests.map((manifest) => ({
      type: `I${manifest.kind}`,
      from: modelsOf(manifest),
      value: manifest,
    })),
  );

test.for(Object.entries(VARIANTS))("%s fits the Kubernetes schemas", async ([, rendered]) => {
  const { objects } = await rendered();
  expect(objects.length).toBeGreaterThan(15);
  for (const manifest of objects) await validate(manifest);
});

test("no manifest has a field that Kubernetes does not know", async () => {
  const rendered = await Promise.all(Object.values(VARIANTS).map((render) => render()));
  const different = new Map(
    rendered.flatMap(({ objects }) => objects).map((each) => [JSON.stringify(each), each]),
  );
  expect(await unknownFields([...different.values()])).toBe("");
});

test("both checks find a wrong manifest", async () => {
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

test("the tests cover each overlay and each component", async () => {
  const folders = [...(await readdir(join(DEPLOY, "components"))), "overlays/kind"];
  expect(await readdir(join(DEPLOY, "overlays"))).toEqual(["kind"]);
  expect(Object.keys(VARIANTS)).toEqual(expect.arrayContaining(folders));
});
