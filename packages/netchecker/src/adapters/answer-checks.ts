import { createServer } from "node:net";
import type { Log } from "@netchecker/runtime/log";
import { type Checked, checkSocket } from "../ask-running.ts";

const MAX_ASKERS = 8;
const IDLE_TIMEOUT_MS = 30_000;

/**
 * Answers `--check` requests by checking this netchecker, until `signal` aborts. Requests at the same time share one
 * check.
 */
export function answerChecks(
  port: number,
  check: () => Promise<Checked>,
  log: Log,
  signal: AbortSignal,
): void {
  const path = checkSocket(`${port}`);
  if (path === null) return;
  let underway: Promise<Checked> | null = null;
  const checkOnce = () =>
    (underway ??= check().finally(() => {
      underway = null;
    }));
  const server = createServer((socket) => {
    socket.setTimeout(IDLE_TIMEOUT_MS, () => socket.destroy());
    socket.on("error", () => {});
    // To connect is the whole request. Anything that the client sends is ignored.
    socket.resume();
    checkOnce().then(
      (checked) => socket.end(JSON.stringify(checked)),
      (err: unknown) => {
        log.warn({ err }, "cannot check itself");
        socket.destroy();
      },
    );
  });
  server.maxConnections = MAX_ASKERS;
  server.on("error", (err) => log.warn({ err }, "answers no --check: it will run by itself"));
  server.listen({ path, signal });
}
