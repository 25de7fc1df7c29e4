import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { findOrInstallPrometheus } from "@netchecker/testbed/programs/ensure";

/**
 * Runs promtool in a folder with `files`, and with `input` on its stdin. Returns its exit code and
 * its output.
 */
export async function promtool(
  args: readonly string[],
  files: Readonly<Record<string, string>> = {},
  input = "",
): Promise<{ code: number; said: string }> {
  const program = await findOrInstallPrometheus("promtool");
  const folder = await mkdtemp(join(tmpdir(), "netchecker-promtool-"));
  try {
    for (const [name, content] of Object.entries(files))
      await writeFile(join(folder, name), content);
    const child = spawn(program, args, { cwd: folder });
    child.stdin.end(input);
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    return { code: code as number, said: out + err };
  } finally {
    await rm(folder, { recursive: true });
  }
}
