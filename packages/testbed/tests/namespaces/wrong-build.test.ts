import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { buildWrongNetchecker } from "../../src/soak/wrong-build.ts";

test("the wrong build knows how to spoil the source as it is", async () => {
  const folder = mkdtempSync(join(tmpdir(), "netchecker-wrong-build-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const bundle = readFileSync(await buildWrongNetchecker(folder), "utf8");
  expect(bundle).toContain("this.waiting");
});
