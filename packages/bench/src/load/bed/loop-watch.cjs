// NODE_OPTIONS loads this into a service before its own code. It records how long the event loop was busy. It is
// CommonJS, because Node's loader of ES modules would cost the service 16 MB.
const { appendFileSync, readFileSync } = require("node:fs");

const TICK_MS = 20;
const MIN_RECORDED_MS = 100;

/** How long this thread has waited for a core, in ms. Such waits are caused by other processes, not by the service. */
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
    if (wallMs >= MIN_RECORDED_MS)
      appendFileSync(
        process.env.LOOP_WATCH_FILE,
        `${JSON.stringify({ at: Date.now(), awayMs, wallMs })}\n`,
      );
  }
  lastAt = now;
  lastWaited = waited;
}, TICK_MS).unref();
