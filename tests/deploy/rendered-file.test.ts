import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { RENDERED_FILE, renderBase } from "../../scripts/render-manifests.ts";

test("deploy/netchecker.yaml is up to date with the base (npx -y pnpm@12 manifests makes it)", async () => {
  expect(await readFile(RENDERED_FILE, "utf8")).toBe(await renderBase());
});
