import { writeFileSync } from "node:fs";
import { askRunning } from "./ask-running.ts";

/**
 * The first that is loaded. `--check` in a pod runs beside the netchecker that it checks, inside the same memory limit: it
 * asks that one, and loads all of netchecker only where none runs.
 */
async function launch(): Promise<void> {
  if (process.argv.includes("--check")) {
    volunteer();
    const checked = await askRunning(process.env["PORT"]);
    if (checked) {
      console.log(checked.text);
      process.exitCode = checked.ok ? 0 : 1;
      return;
    }
  }
  await import("./main.ts");
}

/** Should the limit be reached all the same, the kernel ends this process, and not the netchecker that runs (proc(5)). */
function volunteer(): void {
  try {
    writeFileSync("/proc/self/oom_score_adj", "1000");
  } catch {
    // No Linux.
  }
}

void launch();
