import { serviceObject } from "../kubernetes/objects/service-object.ts";
import { CLUSTER_IP, NODE_PORT } from "./network/addresses.ts";
import { NAMESPACE } from "./nodes/manifest-environment.ts";

/** The cluster's services as Kubernetes describes them: pong's, Redis' and the DNS server's. */
export function clusterServices() {
  const service = (
    name: string,
    namespace: string,
    clusterIp: string,
    port: number,
    nodePort = 0,
  ) => serviceObject({ name, namespace, clusterIp, port, nodePort });
  return [
    service("pong-svc", NAMESPACE, CLUSTER_IP.pong, 8080, NODE_PORT),
    service("redis", NAMESPACE, CLUSTER_IP.redis, 6379),
    service("kube-dns", "kube-system", CLUSTER_IP.dns, 53),
  ];
}
