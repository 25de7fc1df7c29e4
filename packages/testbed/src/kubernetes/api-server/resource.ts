/** The kinds that the API server stand-in serves. */
export const RESOURCES = {
  nodes: {
    kind: "Node",
    namespaced: false,
    // What a bookmark of this kind carries: an object with nothing but its zero values.
    empty: {
      spec: {},
      status: {
        daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
        nodeInfo: {
          machineID: "",
          systemUUID: "",
          bootID: "",
          kernelVersion: "",
          osImage: "",
          containerRuntimeVersion: "",
          kubeletVersion: "",
          kubeProxyVersion: "",
          operatingSystem: "",
          architecture: "",
        },
      },
    },
  },
  pods: { kind: "Pod", namespaced: true, empty: { spec: { containers: null }, status: {} } },
  services: {
    kind: "Service",
    namespaced: true,
    empty: { spec: {}, status: { loadBalancer: {} } },
  },
} as const;

export type Resource = keyof typeof RESOURCES;

export function isResource(name: string): name is Resource {
  return Object.hasOwn(RESOURCES, name);
}
