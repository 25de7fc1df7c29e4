import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const NASTY = "\u001b[2J\n\u009b31m\u202e\u2028";

it("a log entry is one line of JSON without characters that a terminal would obey", async () => {
  const module = new URL("../src/create-log.ts", import.meta.url).href;
  const script = `
    const { createLog } = await import(${JSON.stringify(module)});
    createLog("test", "info").info({ node: ${JSON.stringify(NASTY)} }, ${JSON.stringify(NASTY)});`;
  const run = promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  const { stdout } = await run;
  expect(stdout.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
  expect(JSON.parse(stdout)).toMatchObject({ service: "test", node: NASTY, msg: NASTY });
});
