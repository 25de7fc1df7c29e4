import { access } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { TestbedError } from "../testbed-error.ts";

const PACKAGES = new URL("../../../", import.meta.url);

const file = (service: string) => fileURLToPath(new URL(`${service}/dist/main.js`, PACKAGES));

/** The services as they are shipped: one file each. */
export const BUNDLES = {
  netchecker: file("netchecker"),
  ping: file("ping"),
  pong: file("pong"),
} as const;

/** Rejects with a {@link TestbedError} when one is yet to be built. */
export async function requireBundles(): Promise<void> {
  for (const [service, path] of Object.entries(BUNDLES))
    await access(path).catch((cause: unknown) => {
      throw new TestbedError(
        `packages/${service}/dist/main.js is missing: run \`npx -y pnpm@12 build\` first.`,
        { cause },
      );
    });
}
