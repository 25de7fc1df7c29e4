import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { KubeConfig, loadYaml, type User } from "@kubernetes/client-node";

/** The cluster's configuration cannot be used; the message says what to do. */
export class KubeConfigError extends Error {
  override name = "KubeConfigError";
}

/** Loads the file at `path`, or the pod's own service account without a path. Throws a {@link KubeConfigError}. */
export function loadKubeConfig(path: string | undefined): KubeConfig {
  const kubeConfig = new KubeConfig();
  try {
    if (path) {
      kubeConfig.loadFromFile(path);
      useTokenFiles(kubeConfig, path);
    } else kubeConfig.loadFromCluster();
  } catch (cause) {
    const what = path
      ? `KUBECONFIG is ${JSON.stringify(path)}`
      : "KUBECONFIG is not set and this is no pod";
    throw new KubeConfigError(`${what}; allowed: a readable kubeconfig file, or none in a pod`, {
      cause,
    });
  }
  const server = kubeConfig.getCurrentCluster()?.server;
  if (!server || !URL.canParse(server))
    throw new KubeConfigError(
      path
        ? `KUBECONFIG is ${JSON.stringify(path)}; allowed: a kubeconfig whose current context names a cluster with a server`
        : "KUBECONFIG is missing, and this is no pod with a service account; allowed: a kubeconfig file",
    );
  return kubeConfig;
}

interface TokenFiles {
  readonly users?: readonly {
    readonly name?: unknown;
    readonly user?: { readonly tokenFile?: unknown } | null;
  }[];
}

/**
 * A user's `tokenFile` has precedence over its `token`, and is relative to the kubeconfig (k8s.io/client-go
 * tools/clientcmd/api/v1). The client library does not know `tokenFile` in a kubeconfig, but it has a provider that
 * reads a token from a file.
 */
function useTokenFiles(kubeConfig: KubeConfig, path: string): void {
  const { users } = loadYaml<TokenFiles>(readFileSync(path, "utf8"));
  const files = new Map(users?.map(({ name, user }) => [name, user?.tokenFile]));
  kubeConfig.users = kubeConfig.users.map((user): User => {
    const file = files.get(user.name);
    if (typeof file !== "string" || file === "") return user;
    const tokenFile = resolve(dirname(path), file);
    const { token: _token, ...rest } = user;
    return { ...rest, authProvider: { name: "tokenFile", config: { tokenFile } } };
  });
}
