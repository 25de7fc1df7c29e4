import { get } from "node:http";
import { setPriority } from "node:os";

/**
 * This process asks a URL for health a few times a second, on a new connection each time, as a kubelet does. It tells
 * its parent how long each answer took. It does nothing else, so that nothing delays it.
 */
const ASK_INTERVAL_MS = 200;
const ANSWER_TIMEOUT_MS = 30_000;
const url = process.argv[2]!;

try {
  setPriority(-15);
} catch {
  // Without the right to raise its priority, it runs with the normal one.
}

setInterval(() => {
  const startedAt = performance.now();
  const tell = (ok: boolean) => process.send?.({ ms: performance.now() - startedAt, ok });
  const request = get(url, { agent: false, timeout: ANSWER_TIMEOUT_MS }, (response) => {
    response.on("error", () => tell(false));
    response.on("end", () => tell(response.statusCode === 200));
    response.resume();
  });
  request.on("timeout", () => request.destroy(new Error("no answer")));
  request.on("error", () => tell(false));
}, ASK_INTERVAL_MS);

process.on("disconnect", () => process.exit());
