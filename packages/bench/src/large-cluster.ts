import { ApiServer } from "@netchecker/testbed/kubernetes/api-server/api-server";
import { nodeObject } from "@netchecker/testbed/kubernetes/objects/node-object";
import {
  podObject,
  run,
  schedule,
  setReady,
} from "@netchecker/testbed/kubernetes/objects/pod-object";
import { serviceObject } from "@netchecker/testbed/kubernetes/objects/service-object";

/** Bytes of JSON of a node on a real cluster: most of it images. */
const REAL_NODE_BYTES = 11_000;

const ip = (third: number, index: number) => `10.${third}.${index >> 8}.${index & 255}`;

/**
 * An API server that knows so many nodes of real size, each with a ready pong, the first `withAgent` of them with a ready
 * ping, too. No process stands behind them.
 */
export async function largeCluster(
  nodes: number,
  withAgent = nodes,
): Promise<{ api: ApiServer; agents: { pod: string; node: string }[] }> {
  const api = new ApiServer();
  const agents: { pod: string; node: string }[] = [];
  for (let index = 1; index <= nodes; index += 1) {
    const name = `node-${String(index).padStart(4, "0")}`;
    const node = nodeObject(name, ip(0, index), 10_250);
    node.status["images"] = imagesToFill(REAL_NODE_BYTES - JSON.stringify(node).length);
    api.store.create("nodes", node);
    for (const workload of ["ping", "pong"] as const) {
      if (workload === "ping" && index > withAgent) continue;
      const pod = podObject(workload, "netchecker", name);
      schedule(pod, name);
      run(pod, ip(workload === "ping" ? 1 : 2, index), ip(0, index));
      setReady(pod, true);
      api.store.create("pods", pod);
      if (workload === "ping") agents.push({ pod: pod.metadata.name, node: name });
    }
  }
  const service = { name: "pong-svc", namespace: "netchecker", clusterIp: "10.96.0.10" };
  api.store.create("services", serviceObject({ ...service, port: 8080, nodePort: 32_088 }));
  await api.start();
  return { api, agents };
}

const image = (n: number) => ({
  names: [`registry.example/team/service-${n}@sha256:${"ab12".repeat(16)}`],
  sizeBytes: 123_456_789,
});

function imagesToFill(bytes: number): ReturnType<typeof image>[] {
  return Array.from({ length: Math.ceil(bytes / JSON.stringify(image(10)).length) }, (_, n) =>
    image(n),
  );
}
