import { KubeConfig } from "@kubernetes/client-node";
import { ApiServerAccess } from "../../src/adapters/api-server-access.ts";
import { LOG } from "./a-redis.ts";

/** Access to a stand-in for the API server, without a token. */
export function accessTo({ url }: { readonly url: string }, log = LOG): ApiServerAccess {
  const kubeConfig = new KubeConfig();
  const cluster = { name: "test", server: url, skipTLSVerify: true };
  kubeConfig.loadFromClusterAndUser(cluster, { name: "test" });
  return new ApiServerAccess(() => kubeConfig, log);
}
