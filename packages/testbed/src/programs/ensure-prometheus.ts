import { findOrInstall, type Machine } from "./find-or-install.ts";
import { TestbedError } from "../testbed-error.ts";

/**
 * Where `prometheus` or its `promtool` is: found on the PATH, or else installed. Rejects with a
 * {@link TestbedError} that says what to do.
 */
export const findOrInstallPrometheus = (
  command: "prometheus" | "promtool",
  signal?: AbortSignal,
  machine?: Machine,
): Promise<string> =>
  findOrInstall(
    {
      command,
      package: "prometheus",
      byHand: "install Prometheus 2.42 or newer (https://prometheus.io/download/)",
    },
    signal,
    machine,
  );

// Before the tests that need it, which run side by side: apt-get installs one at a time. Where it cannot be
// installed they say so, each for itself, and all others run.
if (import.meta.main)
  await findOrInstallPrometheus("promtool").catch((error: unknown) => {
    if (!(error instanceof TestbedError)) throw error;
    console.error(error.message);
  });
