import { createHealthServer } from "@netchecker/runtime/health";
import { startService } from "@netchecker/runtime/start";
import closeWithGrace from "close-with-grace";
import { createPong } from "./app.ts";
import { readPongConfig } from "./config.ts";

const SHUTDOWN_MS = 5_000;
const LAST_ANSWERS_MS = 4_000;

/** pong logs two lines in its lifetime. A logger would cost megabytes. */
const log = (line: Record<string, unknown>) =>
  console.log(JSON.stringify({ time: new Date().toISOString(), service: "pong", ...line }));

function main(): void {
  const config = readPongConfig(process.env);
  const server = createPong({ pod: config.POD_NAME, node: config.NODE_NAME });
  const health = createHealthServer({ "/healthz": () => ({ status: 200, body: { ok: true } }) });

  closeWithGrace({ delay: SHUTDOWN_MS, logger: false }, async ({ signal, err }) => {
    log({ level: err ? "fatal" : "info", msg: "stopping", signal, err: err?.stack });
    health.close();
    if (!server.listening) return;
    // No new connections. Open connections end after the answer that they wait for, or after a
    // timeout if they do not take it.
    setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS).unref();
    await new Promise((resolve) => server.close(resolve));
  });

  const host = config.HOST !== undefined && { host: config.HOST };
  if (config.HEALTH_PORT !== undefined) health.listen({ port: config.HEALTH_PORT, ...host });
  server.listen(
    // A whole cluster connects within the same second, so the backlog is as long as the kernel
    // allows.
    { port: config.PORT, backlog: 4_096, ...host },
    () => log({ level: "info", msg: "listening", address: server.address() }),
  );
}

void startService("pong", main);
