import { type Browser, chromium } from "playwright-core";
import { findOrInstallChromium } from "./ensure.ts";

/** It asks nobody for updates, and runs as root in a container too. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Debian's Chromium, installed where it is missing. Rejects with a {@link TestbedError} that says what to do. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = await findOrInstallChromium();
  return chromium.launch({ executablePath, args: ARGS });
}
