import type { KubeObject } from "../api-server/kube-object.ts";

export interface ServiceObject extends KubeObject {
  spec: {
    ports: { name: string; protocol: "TCP"; port: number; targetPort: number; nodePort: number }[];
    selector: Record<string, string>;
    clusterIP: string;
    clusterIPs: string[];
    [field: string]: unknown;
  };
}

/** pong's service: a ClusterIP, and a NodePort that only leads to the node's own pong. */
export function serviceObject(at: {
  name: string;
  namespace: string;
  clusterIp: string;
  port: number;
  nodePort: number;
}): ServiceObject {
  return {
    metadata: { name: at.name, namespace: at.namespace, labels: { name: "pong", type: "pong" } },
    spec: {
      ports: [
        {
          name: "http",
          protocol: "TCP",
          port: at.port,
          targetPort: at.port,
          nodePort: at.nodePort,
        },
      ],
      selector: { name: "pong" },
      clusterIP: at.clusterIp,
      clusterIPs: [at.clusterIp],
      type: "NodePort",
      sessionAffinity: "None",
      externalTrafficPolicy: "Local",
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      internalTrafficPolicy: "Cluster",
    },
    status: { loadBalancer: {} },
  };
}
