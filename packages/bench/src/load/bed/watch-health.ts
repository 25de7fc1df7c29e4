import { get } from "node:http";
import { setPriority } from "node:os";

/**
 * A process of its own, which nothing else keeps from being on time: asks the URL for health a few times a second, on a
 * new connection each time, as a kubelet does, and tells its parent how long each answer took.
 */
const ASK_EVERY_MS = 200;
const GIVE_UP_MS = 30_000;
const url = process.argv[2]!;

try {
  setPriority(-15);
} catch {
  // Without the right it asks like everybody else.
}

setInterval(() => {
  const startedAt = performance.now();
  const tell = (ok: boolean) => process.send?.({ ms: performance.now() - startedAt, ok });
  const request = get(url, { agent: false, timeout: GIVE_UP_MS }, (response) => {
    response.on("error", () => tell(false));
    response.on("end", () => tell(response.statusCode === 200));
    response.resume();
  });
  request.on("timeout", () => request.destroy(new Error("no answer")));
  request.on("error", () => tell(false));
}, ASK_EVERY_MS);

process.on("disconnect", () => process.exit());
