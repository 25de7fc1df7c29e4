import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A value, and the type from a package that it must have. */
export interface Typed {
  readonly type: string;
  readonly from: string;
  readonly value: object;
}

/** A type in the form that JSON has: the text of an enum instead of the enum. */
const JSON_OF =
  "type Json<T> = unknown extends T ? T : T extends string ? `${T}` : { [K in keyof T]: Json<T[K]> };\n";

/**
 * Says where values do not have their types, in the compiler's words. Empty if all have. A field
 * that the type does not have counts too, because the values are literals.
 */
export async function misfits(values: readonly Typed[]): Promise<string> {
  const lines = values.map(
    ({ type, from, value }, index) =>
      `import type { ${type} as T${index} } from "${from}";\n` +
      `export const of${index}: Json<T${index}> = ${JSON.stringify(value, null, 1)};\n`,
  );
  // A folder from which the packages can be found and in which nothing else looks for sources.
  const folder = join(import.meta.dirname, "../../../node_modules/.cache");
  const file = join(folder, `netchecker-misfits-${process.pid}.ts`);
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--ignoreConfig", "--types", ""];
  const form = ["--module", "nodenext", "--target", "es2024", "--lib", "es2024"];
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(file, JSON_OF + lines.join(""));
    await run("tsc", [...options, ...form, file], { cwd: folder });
    return "";
  } catch (error) {
    return (error as { stdout: string }).stdout || String(error);
  } finally {
    await rm(file, { force: true });
  }
}
