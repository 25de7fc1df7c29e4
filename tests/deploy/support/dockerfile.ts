import { readFile } from "node:fs/promises";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../../..");

export const SERVICES = ["netchecker", "ping", "pong"] as const;

/** One instruction: its name, such as `COPY`, and the rest on one line. */
interface Instruction {
  readonly name: string;
  readonly value: string;
}

/** The part from one FROM to the next. `text` is the part as it is written. */
export interface Stage {
  readonly base: string;
  readonly as: string | null;
  readonly instructions: readonly Instruction[];
  readonly text: string;
}

/**
 * The stages of `Dockerfile.<service>`. It only understands the syntax that our Dockerfiles use.
 */
export async function readStages(service: (typeof SERVICES)[number]): Promise<Stage[]> {
  const lines = (await readFile(join(ROOT, `Dockerfile.${service}`), "utf8"))
    .replaceAll(/^#.*\n/gm, "")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line !== "");
  const starts = lines.flatMap((line, index) => (line.startsWith("FROM ") ? [index] : []));
  return starts.map((start, index) => {
    const own = lines.slice(start, starts[index + 1]);
    const [, base, as] = /^FROM (?:--platform=\S+ )?(\S+)(?: AS (\S+))?$/.exec(own[0]!)!;
    const instructions = own.slice(1).map((line) => {
      const space = line.indexOf(" ");
      return { name: line.slice(0, space), value: line.slice(space + 1) };
    });
    return { base: base!, as: as ?? null, instructions, text: own.join("\n") };
  });
}

/** The values of all instructions with that name in a stage. */
export function valuesOf(stage: Stage, name: string): string[] {
  return stage.instructions.filter((each) => each.name === name).map(({ value }) => value);
}
