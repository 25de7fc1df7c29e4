import { isIP } from "node:net";
import { cleanEnv, EnvError, EnvMissingError, makeValidator, str } from "envalid";

type Specs = Parameters<typeof cleanEnv>[1];

/** The environment: values by variable. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment cannot be used. `message` names every bad variable, its value and what is
 * allowed.
 */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/**
 * The environment → a typed, frozen object with the variables of `specs`. An empty variable counts
 * as absent. Throws a {@link ConfigError} that names all faults at once.
 */
export function readConfig<S extends Specs>(env: Environment, specs: S) {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  return cleanEnv(present, specs, {
    reporter: ({ errors }) => {
      const faults = Object.entries(errors as Record<string, Error>).map(([name, error]) =>
        error instanceof EnvMissingError
          ? `${name} is missing`
          : `${name} is ${error instanceof SecretError ? "not shown" : JSON.stringify(env[name])}; ${error.message}`,
      );
      if (faults.length > 0) throw new ConfigError(faults.join("\n"));
    },
  });
}

/** The value is a secret or contains one, so it must not appear in a log. */
class SecretError extends EnvError {}

const allowed = (what: string) => new EnvError(`allowed: ${what}`);

/** A whole number from `min` to `max`. */
export function integer({ min, max }: { min: number; max: number }) {
  return makeValidator((input: string) => {
    const value = Number(input);
    if (!/^-?\d+$/.test(input) || value < min || value > max)
      throw allowed(`a whole number from ${min} to ${max}`);
    return value;
  });
}

export const port = integer({ min: 1, max: 65_535 });

/** The address at which a service listens. If HEALTH_PORT is set, health has a port of its own. */
export const listenSpecs = {
  HOST: str({ default: undefined }),
  PORT: port({ default: 8080 }),
  HEALTH_PORT: port({ default: undefined }),
};

/** An IPv4 or IPv6 address. */
export const ipAddress = makeValidator((input: string) => {
  if (isIP(input) === 0) throw allowed("an IP address");
  return input;
});

/** One of a closed set. */
export function oneOf<T extends string>(...values: readonly T[]) {
  return makeValidator((input: string): T => {
    if (!(values as readonly string[]).includes(input)) throw allowed(values.join(", "));
    return input as T;
  });
}

/** A text that matches `pattern`. `what` describes the pattern in words. */
export function text(pattern: RegExp, what: string) {
  return makeValidator((input: string) => {
    if (!pattern.test(input)) throw allowed(what);
    return input;
  });
}

/** The same for a secret. No message repeats its value. */
export function secret(pattern: RegExp, what: string) {
  return makeValidator((input: string) => {
    if (!pattern.test(input)) throw new SecretError(`allowed: ${what}`);
    return input;
  });
}

/** The name of a Kubernetes object: a DNS subdomain. */
export const kubernetesName = text(
  /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
  "a Kubernetes name: lower-case letters, digits, . and -",
);

/**
 * Up to `maxItems` comma-separated items. `check` returns null for a good item, or says in words
 * what is allowed.
 */
export function list(check: (item: string) => string | null, maxItems = Infinity) {
  return makeValidator((input: string): readonly string[] => {
    const items = input
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
    if (items.length > maxItems) throw allowed(`at most ${maxItems} items (not ${items.length})`);
    for (const item of items) {
      const fault = check(item);
      if (fault) throw allowed(`${fault} (not ${JSON.stringify(item)})`);
    }
    return items;
  });
}

/** Any text that is not empty. */
export const anyText = str;

/** How much a service logs; see pino. */
export const logLevel = oneOf("trace", "debug", "info", "warn", "error", "fatal", "silent");

const HOST_PORT = /^(\[[0-9a-fA-F:.]+\]|[^\s:/[\]]+):([1-9]\d{0,4})$/;

/** `host:port` or `[ip]:port`, port 1 to 65535. */
export function isHostPort(input: string): boolean {
  return Number(HOST_PORT.exec(input)?.[2] ?? 65_536) <= 65_535;
}

/** How a service finds Redis: by `REDIS_URL`, or else by `REDIS_HOST`. */
export const redisSpecs = {
  REDIS_HOST: makeValidator((input: string) => {
    if (!isHostPort(input)) throw allowed("host:port, such as redis:6379");
    return input;
  })({ default: "redis:6379" }),
  REDIS_URL: makeValidator((input: string) => {
    if (!/^rediss?:$/.test(URL.parse(input)?.protocol ?? ""))
      throw new SecretError("allowed: redis://… or rediss://…");
    return input;
  })({ default: undefined }),
  REDIS_PREFIX: text(
    /^[\w:.{}-]{1,64}$/,
    "1 to 64 letters, digits and _ : . - { }",
  )({
    default: "netchecker:",
  }),
};
