import { serviceObject } from "../kubernetes/objects/service-object.ts";
import { CLUSTER_IP, CONTROL, NODE_PORT } from "./network/addresses.ts";
import { NAMESPACE } from "./nodes/manifest-environment.ts";

const at = { namespace: NAMESPACE, nodePort: 0 };

/** The cluster's services as Kubernetes describes them: pong's, Redis' and the DNS server's. */
export const CLUSTER_SERVICES = [
  serviceObject({
    ...at,
    name: "pong-svc",
    clusterIp: CLUSTER_IP.pong,
    port: 8080,
    nodePort: NODE_PORT,
  }),
  serviceObject({ ...at, name: "redis", clusterIp: CLUSTER_IP.redis, port: 6379 }),
  serviceObject({
    ...at,
    name: "kube-dns",
    namespace: "kube-system",
    clusterIp: CLUSTER_IP.dns,
    port: 53,
    protocol: "UDP",
  }),
];

/** Where those lead that do not depend on pods: into the control namespace. */
export const CONTROL_ENDPOINTS = { redis: CONTROL.redis, "kube-dns": CONTROL.dns };
