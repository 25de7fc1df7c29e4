/**
 * A process of its own that makes addresses (`HOST PORT`, by pairs) go unanswered: it takes each as soon as it is free,
 * with the shortest queue that there is, and never accepts, so that, once the queue is full, the kernel drops whoever
 * knocks.
 */
import { writeSync } from "node:fs";
import { createServer } from "node:net";

const RETRY_MS = 2;

const [, , ...args] = process.argv;
let yetToListen = args.length / 2;

function take(host: string, port: number): void {
  const server = createServer();
  server.once("error", ({ code }: NodeJS.ErrnoException) => {
    if (code !== "EADDRINUSE") throw new Error(`${host}:${port}: ${code}`);
    setTimeout(take, RETRY_MS, host, port);
  });
  server.listen({ host, port, backlog: 1 }, () => {
    yetToListen -= 1;
    if (yetToListen > 0) return;
    writeSync(1, "all taken\n");
    // Its event loop must not turn any more: that would accept.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
}

writeSync(1, "ready\n");
for (let at = 0; at < args.length; at += 2) take(args[at]!, Number(args[at + 1]));
