import { glob, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BUNDLES } from "@netchecker/testbed/services/bundles";
import type { FirstPicture } from "./page-visit.ts";
import { below, type Row, told } from "./table.ts";

const MOST_KB = 150;

/** The page's files: those that the first picture took, as they were sent, and all, as they are compressed. */
export async function pageFileRows({ bytes }: FirstPicture): Promise<Row[]> {
  const sent = [...bytes].filter(([path]) => path === "/" || path.startsWith("/assets/"));
  const first = sent.reduce((sum, [, size]) => sum + size, 0);
  let all = 0;
  const folder = join(dirname(BUNDLES.netchecker), "page");
  for await (const file of glob("**/*.br", { cwd: folder }))
    all += (await stat(join(folder, file))).size;
  return [
    below(`page: what the first picture needs, ${sent.length} files`, first / 1e3, MOST_KB, "kB"),
    told("page: all of its files, brotli", `${(all / 1e3).toFixed(1)} kB`),
  ];
}
