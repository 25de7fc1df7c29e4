import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = dirname(import.meta.dirname);
const KUSTOMIZE = createRequire(import.meta.url).resolve("kustomize/run.js");

export const RENDERED_FILE = join(ROOT, "deploy/netchecker.yaml");

/**
 * The manifests of a folder with a kustomization.yaml, as YAML. Rejects with kustomize's error
 * message.
 */
export async function renderManifests(folder: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [KUSTOMIZE, "build", folder], {
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}

/** `deploy/base` as one file, for `kubectl apply -f`. */
export async function renderBase(): Promise<string> {
  const header = "# deploy/base in one file, made by `npx -y pnpm@12 manifests`.\n";
  return header + (await renderManifests(join(ROOT, "deploy/base")));
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await writeFile(RENDERED_FILE, await renderBase());
