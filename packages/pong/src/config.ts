import {
  anyText,
  type Environment,
  kubernetesName,
  port,
  readConfig,
} from "@netchecker/runtime/config";

/** Who this pong is and where it listens. Throws a ConfigError that names every bad variable. */
export function readPongConfig(env: Environment) {
  return readConfig(env, {
    POD_NAME: kubernetesName(),
    NODE_NAME: kubernetesName(),
    HOST: anyText({ default: undefined }),
    PORT: port({ default: 8080 }),
  });
}
