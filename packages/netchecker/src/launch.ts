import { writeFileSync } from "node:fs";
import { askRunning } from "./ask-running.ts";

/**
 * The first module that is loaded. In a pod, `--check` shares the memory limit with the netchecker that already
 * runs there. So it asks that netchecker, and loads all of netchecker only if none runs.
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

/**
 * If the pod reaches its memory limit all the same, the kernel kills this process and not the running netchecker
 * (proc(5)).
 */
function volunteer(): void {
  try {
    writeFileSync("/proc/self/oom_score_adj", "1000");
  } catch {
    // Only Linux has this file.
  }
}

void launch();
