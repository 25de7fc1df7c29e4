import { CoreV1Api, KubeConfig, Watch } from "@kubernetes/client-node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ApiServer } from "../src/kubernetes/api-server/api-server.ts";
import { nodeObject } from "../src/kubernetes/objects/node-object.ts";
import { kubeConfig } from "../src/kubernetes/kube-config.ts";
import { podObject, run, schedule, setReady } from "../src/kubernetes/objects/pod-object.ts";
import { serviceObject } from "../src/kubernetes/objects/service-object.ts";

const NAMESPACE = "netchecker";
let server: ApiServer;
let config: KubeConfig;

beforeEach(async () => {
  server = new ApiServer({ token: "secret" });
  await server.start();
  config = new KubeConfig();
  config.loadFromString(kubeConfig(server.url, "secret", NAMESPACE));
});
afterEach(() => server.stop());

test("the real client lists in pages, reads a service and follows a pod to readiness", async () => {
  const api = config.makeApiClient(CoreV1Api);
  for (const name of ["node-1", "node-2", "node-3"])
    server.store.create("nodes", nodeObject(name, "10.0.0.1", 10250));
  const first = await api.listNode({ limit: 2 });
  // oxlint-disable-next-line no-underscore-dangle -- the client names it so
  const second = await api.listNode({ limit: 2, _continue: first.metadata!._continue! });
  expect([...first.items, ...second.items].map((node) => node.metadata?.name)).toEqual([
    "node-1",
    "node-2",
    "node-3",
  ]);
  expect(first.metadata?.remainingItemCount).toBe(1);

  const at = { name: "pong-svc", namespace: NAMESPACE };
  server.store.create(
    "services",
    serviceObject({ ...at, clusterIp: "10.96.0.10", port: 8080, nodePort: 32088 }),
  );
  const service = await api.readNamespacedService(at);
  expect(service.spec).toMatchObject({ clusterIP: "10.96.0.10", type: "NodePort" });
  expect(service.spec?.ports).toMatchObject([{ port: 8080, nodePort: 32088 }]);

  const { metadata } = await api.listNamespacedPod({
    namespace: NAMESPACE,
    labelSelector: "name=pong",
  });
  const seen: string[] = [];
  const ready = Promise.withResolvers<void>();
  const controller = await new Watch(config).watch(
    `/api/v1/namespaces/${NAMESPACE}/pods`,
    { labelSelector: "name=pong", resourceVersion: metadata!.resourceVersion! },
    (type, pod) => {
      seen.push(`${type} ${pod.status.phase} ${pod.status.podIP ?? "-"}`);
      if (pod.status.containerStatuses?.[0].ready) ready.resolve();
    },
    () => {},
  );
  const pod = server.store.create("pods", podObject("pong", NAMESPACE, "node-1"));
  const change = (how: (copy: typeof pod) => void) => server.store.update("pods", pod, how);
  change((copy) => schedule(copy, "node-1"));
  change((copy) => run(copy, "10.244.1.5", "10.0.0.1"));
  change((copy) => setReady(copy, true));
  await ready.promise;
  controller.abort();
  expect(seen).toEqual([
    "ADDED Pending -",
    "MODIFIED Pending -",
    "MODIFIED Running 10.244.1.5",
    "MODIFIED Running 10.244.1.5",
  ]);
});

test("the real client sees the code of an expired watch and of a refusal", async () => {
  server.compact();
  const expired = Promise.withResolvers<any>();
  await new Watch(config).watch(
    "/api/v1/nodes",
    { resourceVersion: "1" },
    (type, object) => expired.resolve({ type, object }),
    () => {},
  );
  expect(await expired.promise).toMatchObject({ type: "ERROR", object: { code: 410 } });
  server.forbid("list", "nodes");
  await expect(config.makeApiClient(CoreV1Api).listNode()).rejects.toMatchObject({ code: 403 });
});
