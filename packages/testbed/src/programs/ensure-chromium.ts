import { findOnPath, findOrInstall, thisMachine } from "./find-or-install.ts";
import { TestbedError } from "../testbed-error.ts";

const CHROMIUM = {
  command: "chromium-headless-shell",
  package: "chromium-headless-shell",
  byHand: "install Chromium, as `chromium-headless-shell` or `chromium`",
} as const;

/**
 * A Chromium without a window: it draws as the whole one does, and opens a page in a third of the time. It is found on
 * the PATH, or else installed; where it cannot be, a whole Chromium on the PATH does. Rejects with
 * a {@link TestbedError} that says what to do.
 */
export const findOrInstallChromium = (): Promise<string> =>
  findOrInstall(CHROMIUM).catch(async (error: unknown) => {
    const whole = await findOnPath("chromium", thisMachine().path);
    if (whole) return whole;
    throw error;
  });

// Before the tests that need it, as with Prometheus: apt-get installs one at a time.
if (import.meta.main)
  await findOrInstallChromium().catch((error: unknown) => {
    if (!(error instanceof TestbedError)) throw error;
    console.error(error.message);
  });
