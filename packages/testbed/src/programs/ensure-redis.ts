import { findOrInstall, type Machine } from "./find-or-install.ts";
import { TestbedError } from "../testbed-error.ts";

const REDIS = {
  command: "redis-server",
  package: "redis-server",
  byHand: "install Redis 6 or newer (https://redis.io/docs/latest/operate/oss_and_stack/install/)",
} as const;

/**
 * Where `redis-server` is: found on the PATH, or else installed. Rejects with a {@link TestbedError} that says
 * what to do.
 */
export const findOrInstallRedis = (signal?: AbortSignal, machine?: Machine): Promise<string> =>
  findOrInstall(REDIS, signal, machine);

if (import.meta.main)
  await findOrInstallRedis().catch((error: unknown) => {
    if (!(error instanceof TestbedError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  });
