// Loaded into a service before its own code, by NODE_OPTIONS: writes down how long its event loop was away. CommonJS,
// because Node's loader of modules would cost the service 16 MB.
const { appendFileSync, readFileSync } = require("node:fs");

const TICK_MS = 20;
const TOLD_FROM_MS = 100;

/** How long this thread has waited for a core, ms: what others on this machine take is not the service's doing. */
function waitedForCoreMs() {
  try {
    return Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[1]) / 1e6;
  } catch {
    return 0;
  }
}

let lastAt = null;
let lastWaited = 0;
setInterval(() => {
  const now = performance.now();
  const waited = waitedForCoreMs();
  if (lastAt !== null) {
    const wallMs = now - lastAt - TICK_MS;
    const awayMs = wallMs - (waited - lastWaited);
    if (wallMs >= TOLD_FROM_MS)
      appendFileSync(
        process.env.LOOP_WATCH_FILE,
        `${JSON.stringify({ at: Date.now(), awayMs, wallMs })}\n`,
      );
  }
  lastAt = now;
  lastWaited = waited;
}, TICK_MS).unref();
