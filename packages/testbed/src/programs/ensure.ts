import { TestbedError } from "../testbed-error.ts";
import { findOnPath, findOrInstall, type Machine, thisMachine } from "./find-or-install.ts";

// Each function finds a program on the PATH or installs it. It rejects with a TestbedError that says what to do.

export const findOrInstallRedis = (signal?: AbortSignal, machine?: Machine): Promise<string> =>
  findOrInstall(
    {
      command: "redis-server",
      package: "redis-server",
      byHand:
        "install Redis 6 or newer (https://redis.io/docs/latest/operate/oss_and_stack/install/)",
    },
    signal,
    machine,
  );

export const findOrInstallPrometheus = (command: "prometheus" | "promtool"): Promise<string> =>
  findOrInstall({
    command,
    package: "prometheus",
    byHand: "install Prometheus 2.42 or newer (https://prometheus.io/download/)",
  });

/**
 * Finds or installs a Chromium without a window. It draws like the whole Chromium, and opens a page in a third of the time.
 * When it cannot be had, a whole Chromium on the PATH is taken.
 */
export const findOrInstallChromium = (): Promise<string> =>
  findOrInstall({
    command: "chromium-headless-shell",
    package: "chromium-headless-shell",
    byHand: "install Chromium, as `chromium-headless-shell` or `chromium`",
  }).catch(async (error: unknown) => {
    const whole = await findOnPath("chromium", thisMachine().path);
    if (whole) return whole;
    throw error;
  });

/** Whether the program is there now. Prints why it is not. */
async function isThere(find: Promise<string>): Promise<boolean> {
  try {
    await find;
    return true;
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    console.error(error.message);
    return false;
  }
}

// This runs before the tests, because they run side by side and apt-get installs one package at a time. Without Redis no test
// can run. Without one of the others, only the tests that need it fail, and they say so.
if (import.meta.main)
  if (await isThere(findOrInstallRedis())) {
    await isThere(findOrInstallPrometheus("promtool"));
    await isThere(findOrInstallChromium());
  } else process.exitCode = 1;
