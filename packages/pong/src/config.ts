import { anyText, type Environment, port, readConfig } from "@netchecker/runtime/config";

/** Who this pong is and where it listens. Throws a ConfigError that names every bad variable. */
export function readPongConfig(env: Environment) {
  return readConfig(env, {
    POD_NAME: anyText(),
    NODE_NAME: anyText(),
    HOST: anyText({ default: undefined }),
    PORT: port({ default: 8080 }),
  });
}
