import { startService } from "@netchecker/runtime/start";
import closeWithGrace from "close-with-grace";
import { createPong } from "./app.ts";
import { readPongConfig } from "./config.ts";
import { preferSizeToSpeed } from "./prefer-size.ts";

const SHUTDOWN_MS = 5_000;

/** Two lines in a lifetime: not worth the megabytes of a logger. */
const log = (line: Record<string, unknown>) =>
  console.log(JSON.stringify({ time: new Date().toISOString(), service: "pong", ...line }));

function main(): void {
  const config = readPongConfig(process.env);
  const server = createPong({ pod: config.POD_NAME, node: config.NODE_NAME });

  closeWithGrace({ delay: SHUTDOWN_MS, logger: false }, async ({ signal, err }) => {
    log({ level: err ? "fatal" : "info", msg: "stopping", signal, err: err?.stack });
    if (!server.listening) return;
    // No new connections; the open ones end with the answer that they wait for.
    await new Promise((resolve) => server.close(resolve));
  });

  server.listen(
    // A whole cluster connects within the same second: the backlog is as long as the kernel lets it be.
    { port: config.PORT, backlog: 4_096, ...(config.HOST !== undefined && { host: config.HOST }) },
    () => log({ level: "info", msg: "listening", address: server.address() }),
  );
}

preferSizeToSpeed();
void startService("pong", main);
