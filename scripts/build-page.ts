import { execFile } from "node:child_process";
import { cp, glob, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const DASHBOARD = "packages/dashboard";
const PAGE = "packages/netchecker/dist/page";

/** Text files, which compression makes smaller. */
const COMPRESSIBLE = "**/*.{html,js,css,svg,json,txt,map}";

/**
 * Builds the dashboard and puts it beside netchecker's bundle, each text file with a `.br` and a
 * `.gz` copy.
 */
export async function buildPage(): Promise<void> {
  // The same as `pnpm run build` in that folder, but it works without pnpm.
  await promisify(execFile)(process.execPath, ["--run", "build"], { cwd: DASHBOARD });
  // File names contain a digest of the content, so the files of the last build would otherwise
  // stay.
  await rm(PAGE, { recursive: true, force: true });
  await cp(join(DASHBOARD, "dist"), PAGE, { recursive: true });
  const files: string[] = [];
  for await (const file of glob(COMPRESSIBLE, { cwd: PAGE })) files.push(join(PAGE, file));
  await Promise.all(files.map(compressBeside));
}

async function compressBeside(file: string): Promise<void> {
  const content = await readFile(file);
  const hint = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(content, { params: hint }),
    promisify(gzip)(content, { level: 9 }),
  ]);
  await Promise.all([writeFile(`${file}.br`, br), writeFile(`${file}.gz`, gz)]);
}
