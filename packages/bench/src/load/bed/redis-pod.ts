import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findOrInstallRedis } from "@netchecker/testbed/programs/ensure";
import { connectOnce } from "@netchecker/runtime/redis";
import { REDIS_CONFIG, type ServiceManifest } from "./manifest.ts";
import { ServicePod } from "./service-pod.ts";

const REDIS_START_MS = 10_000;
const HOST = "127.0.0.1";
const ACL = new URL("../../../../../deploy/components/redis-auth/users.acl", import.meta.url);

/** A Redis as the manifests configure it, and how to get in. */
export interface RedisPod {
  readonly pod: ServicePod;
  readonly url: string;
  readonly port: number;
  /** As ping's user of components/redis-auth; the same as `url` without it. */
  readonly pingUrl: string;
  /** For this bench alone: all rights. */
  readonly adminUrl: string;
}

/** Starts it, with the users of components/redis-auth or without any, on a free port of its own. */
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
  // The folder of the image is not here; no later argument would mend a file that names it.
  const config = join(folder, `${name}.conf`);
  writeFileSync(config, readFileSync(REDIS_CONFIG, "utf8").replace(/^dir .*$/m, ""));
  // The first argument of the manifest names the file, where its image has it.
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
    await pod.start(REDIS_START_MS);
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
