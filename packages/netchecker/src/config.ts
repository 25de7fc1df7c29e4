import { MAX_TARGET_CHARS, MAX_TARGETS_OF_TYPE, visible } from "@netchecker/contract";
import {
  type Environment,
  anyText,
  integer,
  isHostPort,
  kubernetesName,
  list,
  listenSpecs,
  logLevel,
  port,
  readConfig as read,
  ConfigError,
  redisSpecs,
  secret,
  text,
} from "@netchecker/runtime/config";

/** Agents refuse longer names and lists: see the contract's message-limits.ts and name.ts. */
const externalTargets = list((item) => {
  if (item.length > MAX_TARGET_CHARS) return `up to ${MAX_TARGET_CHARS} characters each`;
  if (visible(item) !== item) return "characters that can be seen";
  if (isHostPort(item)) return null;
  const url = URL.parse(item);
  return url && /^https?:$/.test(url.protocol)
    ? null
    : "host:port or an http(s) URL, comma-separated";
}, MAX_TARGETS_OF_TYPE.external);

/** Reads netchecker's configuration from its environment. Throws a ConfigError that names all faults at once. */
export function readConfig(env: Environment) {
  const config = read(env, {
    ...redisSpecs,
    LOG_LEVEL: logLevel({ default: "info" }),
    ...listenSpecs,
    API_TOKEN: secret(
      /^[\x21-\x7e]{16,512}$/,
      "16 to 512 visible ASCII characters",
    )({ default: undefined }),
    KUBECONFIG: anyText({ default: undefined }),
    NAMESPACE: kubernetesName({ default: "netchecker" }),
    POD_NAME: anyText({ default: undefined }),
    CLUSTER_NAME: text(
      /^[\x20-\x7e]{1,100}$/,
      "1 to 100 visible ASCII characters",
    )({
      default: undefined,
    }),
    PONG_SERVICE: kubernetesName({ default: "pong-svc" }),
    PONG_PORT: port({ default: 8080 }),
    KUBELET_PORT: port({ default: 10_250 }),
    CLUSTER_DOMAIN: kubernetesName({ default: "cluster.local" }),
    EXTERNAL_TARGETS: externalTargets({ default: [] }),
    ROUND_INTERVAL_MS: integer({ min: 1_000, max: 3_600_000 })({ default: 60_000 }),
    ROUND_TIMEOUT_MS: integer({ min: 500, max: 3_600_000 })({ default: undefined }),
    ROUND_REQUEST_PAUSE_MS: integer({ min: 0, max: 3_600_000 })({ default: undefined }),
    NODE_STARTUP_MS: integer({ min: 1_000, max: 3_600_000 })({ default: 600_000 }),
    HISTORY_FULL_ROUNDS: integer({ min: 1, max: 10_000 })({ default: 60 }),
    HISTORY_ROUNDS: integer({ min: 1, max: 100_000 })({ default: 1_440 }),
  });
  const timeoutMs = config.ROUND_TIMEOUT_MS ?? Math.round(config.ROUND_INTERVAL_MS * 0.75);
  if (timeoutMs >= config.ROUND_INTERVAL_MS)
    throw new ConfigError(
      `ROUND_TIMEOUT_MS is "${timeoutMs}"; allowed: less than ROUND_INTERVAL_MS (${config.ROUND_INTERVAL_MS})`,
    );
  const pauseMs =
    config.ROUND_REQUEST_PAUSE_MS ?? Math.max(5_000, Math.round(config.ROUND_INTERVAL_MS / 6));
  return { ...config, ROUND_TIMEOUT_MS: timeoutMs, ROUND_REQUEST_PAUSE_MS: pauseMs };
}

export type Config = ReturnType<typeof readConfig>;
