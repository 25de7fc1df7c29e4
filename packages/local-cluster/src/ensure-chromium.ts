import { findOrInstall } from "./find-or-install.ts";
import { LocalClusterError } from "./local-cluster-error.ts";

const CHROMIUM = {
  command: "chromium",
  package: "chromium",
  byHand: "install Chromium",
} as const;

/** Where `chromium` is: found on the PATH, or else installed. Rejects with a {@link LocalClusterError} that says what to do. */
export const findOrInstallChromium = (): Promise<string> => findOrInstall(CHROMIUM);

// Before the tests that need it, as with Prometheus: apt-get installs one at a time.
if (import.meta.main)
  await findOrInstallChromium().catch((error: unknown) => {
    if (!(error instanceof LocalClusterError)) throw error;
    console.error(error.message);
  });
