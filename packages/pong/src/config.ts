import {
  type Environment,
  kubernetesName,
  listenSpecs,
  readConfig,
} from "@netchecker/runtime/config";

/** Who this pong is and where it listens. Throws a ConfigError that names every bad variable. */
export function readPongConfig(env: Environment) {
  return readConfig(env, {
    POD_NAME: kubernetesName(),
    NODE_NAME: kubernetesName(),
    ...listenSpecs,
  });
}
