import type { KubeObject } from "../api-server/kube-object.ts";

export interface ServiceObject extends KubeObject {
  spec: {
    ports: {
      name: string;
      protocol: "TCP" | "UDP";
      port: number;
      targetPort: number;
      nodePort: number;
    }[];
    selector: Record<string, string>;
    clusterIP: string;
    clusterIPs: string[];
    [field: string]: unknown;
  };
}

/** pong's service: a ClusterIP, and a NodePort that only leads to the node's own pong; dual stack where it has an IPv6 ClusterIP too. */
export function serviceObject(at: {
  name: string;
  namespace: string;
  clusterIp: string;
  clusterIpv6?: string;
  port: number;
  nodePort: number;
  protocol?: "TCP" | "UDP";
}): ServiceObject {
  return {
    metadata: { name: at.name, namespace: at.namespace, labels: { name: "pong", type: "pong" } },
    spec: {
      ports: [
        {
          name: "http",
          protocol: at.protocol ?? "TCP",
          port: at.port,
          targetPort: at.port,
          nodePort: at.nodePort,
        },
      ],
      selector: { name: "pong" },
      clusterIP: at.clusterIp,
      clusterIPs: [at.clusterIp, ...(at.clusterIpv6 ? [at.clusterIpv6] : [])],
      type: "NodePort",
      sessionAffinity: "None",
      externalTrafficPolicy: "Local",
      ipFamilies: at.clusterIpv6 ? ["IPv4", "IPv6"] : ["IPv4"],
      ipFamilyPolicy: at.clusterIpv6 ? "PreferDualStack" : "SingleStack",
      internalTrafficPolicy: "Cluster",
    },
    status: { loadBalancer: {} },
  };
}
