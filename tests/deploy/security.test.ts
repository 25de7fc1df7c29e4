import { expect, test } from "vitest";
import { containersOf, VARIANTS } from "./support/rendered.ts";

// kubernetes.io/docs/concepts/security/pod-security-standards/#restricted, and also a read-only
// file system.
test.for(Object.entries(VARIANTS))(
  "%s: each pod passes Pod Security restricted",
  async ([, rendered]) => {
    const { workloads } = await rendered();
    expect(workloads.length).toBeGreaterThan(2);
    for (const workload of workloads) {
      const pod = workload.spec!.template.spec!;
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: expect.toSatisfy((uid) => Number.isInteger(uid) && uid > 0),
        runAsGroup: expect.toSatisfy((gid) => gid > 0),
        seccompProfile: { type: "RuntimeDefault" },
      });
      const kinds = (pod.volumes ?? []).flatMap((volume) =>
        Object.keys(volume).filter((key) => key !== "name"),
      );
      expect(["configMap", "emptyDir", "secret", "persistentVolumeClaim"]).toEqual(
        expect.arrayContaining(kinds),
      );
      expect(pod.hostPID ?? pod.hostIPC ?? false).toBe(false);
      for (const container of containersOf(workload)) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
        for (const port of container.ports ?? []) expect(port.hostPort).toBeUndefined();
      }
    }
  },
);

test.for(Object.entries(VARIANTS))(
  "%s: only a namespace that is labelled for it has the host network",
  async ([, rendered]) => {
    const all = await rendered();
    const level = (namespace: string | undefined) =>
      all.get("Namespace", namespace!).metadata.labels?.["pod-security.kubernetes.io/enforce"];
    for (const { metadata } of all.workloads)
      expect(level(metadata.namespace)).toBe(
        metadata.namespace === "netchecker-host" ? "privileged" : "restricted",
      );
    for (const { metadata, spec } of all.workloads)
      if (spec!.template.spec!.hostNetwork) expect(metadata.namespace).toBe("netchecker-host");
  },
);

test.for(Object.entries(VARIANTS))("%s: every image has a version", async ([, rendered]) => {
  const images = (await rendered()).workloads.flatMap(containersOf).map(({ image }) => image!);
  for (const image of images) expect(image).toMatch(/^[a-z./-]+:\d+\.\d+\.\d+(-[a-z]+)?$/);
  // Each image has one version, wherever it is named.
  const names = images.map((image) => image.split(":")[0]);
  expect(new Set(images).size).toBe(new Set(names).size);
});

test("netchecker may read nodes, and pods and services beside it, and nothing else", async () => {
  const base = await VARIANTS.base();
  const rule = (resources: string[]) => ({
    apiGroups: [""],
    resources,
    verbs: ["get", "list", "watch"],
  });
  expect(base.of("ClusterRole").map(({ rules }) => rules)).toEqual([[rule(["nodes"])]]);
  expect(base.of("Role").map(({ rules }) => rules)).toEqual([[rule(["pods", "services"])]]);
});

test.for(Object.entries(VARIANTS))(
  "%s: only netchecker gets a token for the API server",
  async ([, rendered]) => {
    for (const { metadata, spec } of (await rendered()).workloads) {
      const { automountServiceAccountToken, serviceAccountName } = spec!.template.spec!;
      const isNetchecker = metadata.name === "netchecker";
      expect(automountServiceAccountToken).toBe(isNetchecker);
      expect(serviceAccountName).toBe(isNetchecker ? "netchecker" : undefined);
    }
  },
);

test("each binding gives its role to an account of its own namespace", async () => {
  const { objects } = await VARIANTS["host-network"]();
  const bindings = objects.filter(({ kind }) => kind.endsWith("RoleBinding"));
  expect(bindings).toHaveLength(4);
  for (const binding of bindings) {
    const host = (binding.metadata.namespace ?? binding.metadata.name).endsWith("-host");
    expect(binding).toMatchObject({
      roleRef: { name: "netchecker" },
      subjects: [
        {
          kind: "ServiceAccount",
          name: "netchecker",
          namespace: host ? "netchecker-host" : "netchecker",
        },
      ],
    });
  }
});

test("no object exists twice", async () => {
  for (const rendered of Object.values(VARIANTS)) {
    const ids = (await rendered()).objects.map(
      ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`,
    );
    expect(ids).toEqual([...new Set(ids)]);
  }
});
