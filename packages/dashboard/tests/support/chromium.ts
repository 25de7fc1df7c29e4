import { findOrInstall } from "@netchecker/local-cluster/find-or-install";
import { type Browser, chromium } from "playwright-core";

const CHROMIUM = {
  command: "chromium",
  package: "chromium",
  byHand: "install Chromium",
} as const;

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

/** Debian's Chromium, installed where it is missing. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = await findOrInstall(CHROMIUM);
  return chromium.launch({ executablePath, args: ARGS });
}
