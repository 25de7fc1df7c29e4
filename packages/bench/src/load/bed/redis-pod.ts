import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findOrInstallRedis } from "@netchecker/testbed/programs/ensure";
import { connectOnce } from "@netchecker/runtime/redis";
import { REDIS_CONFIG, type ServiceManifest } from "./manifest.ts";
import { ServicePod } from "./service-pod.ts";

const START_TIMEOUT_MS = 10_000;
const HOST = "127.0.0.1";
const ACL = new URL("../../../../../deploy/components/redis-auth/users.acl", import.meta.url);

/** A Redis as the manifests configure it, and the URLs to reach it. */
export interface RedisPod {
  readonly pod: ServicePod;
  readonly url: string;
  readonly port: number;
  /** The URL of ping's user in components/redis-auth. */
  readonly pingUrl: string;
  /** The URL of a user with all rights, for the benchmark only. */
  readonly adminUrl: string;
}

/** Starts Redis. `auth` adds the users of components/redis-auth. */
export async function startRedisPod(
  name: string,
  { memoryBytes, args }: ServiceManifest,
  { folder, port, auth = false }: { folder: string; port: number; auth?: boolean },
): Promise<RedisPod> {
  const url = (user: string) => `redis://${auth ? `${user}:secret@` : ""}${HOST}:${port}`;
  const data = join(folder, `${name}-data`);
  mkdirSync(data);
  const settings = ["--bind", HOST, "--port", String(port), "--dir", data];
  if (auth) {
    const file = join(folder, `${name}.acl`);
    const users = readFileSync(ACL, "utf8").replace(/@(NETCHECKER|PING)_PASSWORD@/g, "secret");
    writeFileSync(file, `${users.trim()}\nuser admin on >secret ~* &* +@all\n`);
    settings.push("--aclfile", file);
  }
  // The file names the image's folder, which does not exist here. Redis would fail before it reads a later argument.
  const config = join(folder, `${name}.conf`);
  writeFileSync(config, readFileSync(REDIS_CONFIG, "utf8").replace(/^dir .*$/m, ""));
  // The manifest's first argument is the path of the file in the image.
  const command = [await findOrInstallRedis(), config, ...args.slice(1), ...settings];
  const pod = new ServicePod({
    name,
    command,
    env: {},
    memoryBytes,
    logFile: join(folder, `${name}.log`),
    healthy: () => answers(url("admin")),
  });
  try {
    await pod.start(START_TIMEOUT_MS);
  } catch (error) {
    await pod.stop();
    throw error;
  }
  return { pod, port, url: url("netchecker"), pingUrl: url("ping"), adminUrl: url("admin") };
}

async function answers(url: string): Promise<boolean> {
  try {
    (await connectOnce({ host: "", url }, "bench", 1_000)).disconnect();
    return true;
  } catch {
    return false;
  }
}
