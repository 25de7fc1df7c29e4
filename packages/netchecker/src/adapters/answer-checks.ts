import { createServer } from "node:net";
import type { Log } from "@netchecker/runtime/log";
import { type Checked, checkSocket } from "../ask-running.ts";

const MOST_ASKERS = 8;
const PATIENCE_MS = 30_000;

/** Answers whoever asks this netchecker to check itself, until `signal` aborts. All who ask at once get one answer. */
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
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on("error", () => {});
    // Nothing is asked: to connect is the question.
    socket.resume();
    checkOnce().then(
      (checked) => socket.end(JSON.stringify(checked)),
      (err: unknown) => {
        log.warn({ err }, "cannot check itself");
        socket.destroy();
      },
    );
  });
  server.maxConnections = MOST_ASKERS;
  server.on("error", (err) => log.warn({ err }, "answers no --check: it will run by itself"));
  server.listen({ path, signal });
}
