/**
 * The laboratory's process, in a network and mount namespace of its own: Redis, the API server, DNS and netchecker are
 * in there with it. It takes commands on a Unix socket, and ends when it is told to, or with who started it.
 */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { ActiveFaults } from "../faults/active-faults.ts";
import { Lab, RESOLV_CONF } from "./lab.ts";
import { TestbedError } from "../testbed-error.ts";
import { labCommands, serveCommands } from "./lab-commands.ts";
import { socketIn } from "./lab-record.ts";
import { CONTROL } from "./network/addresses.ts";
import { bindResolvConf } from "./network/namespace.ts";
import { redisPrefix } from "./nodes/manifest-environment.ts";
import { ReportTap } from "./report-tap.ts";
import type { LabProcessSpec, Started } from "./start-lab.ts";
import { passConnections } from "../sockets/pass-connections.ts";

const STOP_TIMEOUT_MS = 20_000;

const spec = JSON.parse(process.argv[2]!) as LabProcessSpec;
const end = new AbortController();
let ready = false;
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
  process.on(signal, () => end.abort());
process.on("disconnect", () => {
  if (!(spec.background && ready)) end.abort();
});

const stack = new AsyncDisposableStack();
try {
  const listener = await takeListener();
  // Already while it starts: what connects too early is told so by a reset.
  const stopPassing = passConnections(listener, { host: CONTROL.netchecker, port: 8080 });
  stack.defer(stopPassing);
  await ownResolvConf(spec.folder);
  const lab = await Lab.start({ ...spec, signal: end.signal });
  stack.defer(() => lab.stop());
  const faults = new ActiveFaults(lab);
  const tap = new ReportTap(CONTROL.redis, redisPrefix());
  stack.defer(() => tap.stop());
  const server = serveCommands(labCommands(lab, faults, tap, spec.url));
  process.umask(0o077);
  await once(server.listen(socketIn(spec.folder)), "listening");
  ready = true;
  tell({});
  if (!end.signal.aborted) await once(end.signal, "abort");
} catch (error) {
  const forUser = error instanceof TestbedError;
  if (!end.signal.aborted)
    tell({ failed: forUser ? error.message : String((error as Error).stack) });
} finally {
  setTimeout(() => process.exit(1), STOP_TIMEOUT_MS);
  await stack.disposeAsync();
  rmSync(spec.folder, { recursive: true, force: true });
  // Leaving ends what faults have put there on the spot: processes, and with them namespaces and cgroups.
  process.exit();
}

/** The socket that listens in the network of who started this. */
async function takeListener(): Promise<Server> {
  const [, listener] = await once(process, "message", { signal: end.signal });
  return listener as Server;
}

async function ownResolvConf(folder: string): Promise<void> {
  const file = join(folder, "resolv.conf");
  writeFileSync(file, RESOLV_CONF);
  await promisify(execFile)("sh", ["-ec", bindResolvConf(file)]);
}

function tell(message: Started): void {
  process.send?.(message, undefined, undefined, () => {});
}
