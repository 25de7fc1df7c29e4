import { TestbedError } from "../testbed-error.ts";
import { findOnPath, findOrInstall, type Machine, thisMachine } from "./find-or-install.ts";

// Each finds a program on the PATH, or else installs it. Rejects with a TestbedError that says what to do.

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
 * A Chromium without a window: it draws as the whole one does, and opens a page in a third of the time. Where it can
 * neither be found nor installed, a whole Chromium on the PATH does.
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

/** Whether it is there now; says why not. */
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

// Before the tests that need them, which run side by side: apt-get installs one at a time. Without Redis there is no test;
// where another cannot be installed those that need it say so, each for itself, and all others run.
if (import.meta.main)
  if (await isThere(findOrInstallRedis())) {
    await isThere(findOrInstallPrometheus("promtool"));
    await isThere(findOrInstallChromium());
  } else process.exitCode = 1;
