/** A kubeconfig file (JSON is YAML) for a server at a URL. */
export function kubeConfig(server: string, token: string, namespace: string): string {
  const name = "local-cluster";
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    // The client speaks plain HTTP only to a server whose certificate it need not verify.
    clusters: [{ name, cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    "current-context": name,
  });
}
