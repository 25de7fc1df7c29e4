import { benchBudget } from "./findings/bench-budget.ts";
import { benchDraws } from "./findings/bench-draws.ts";
import { benchClean } from "./findings/bench-quiet.ts";
import { benchTime } from "./findings/bench-time.ts";
import { benchChanges } from "./findings/changes/bench-changes.ts";
import { explainScene } from "./findings/changes/explain-scene.ts";
import { explain } from "./findings/explain.ts";
import { type FindingsOptions, parseOptions, USAGE } from "./findings/options.ts";
import { drawScenario } from "@netchecker/simulator/scenario";
import { formatCauses, formatConfusions } from "./findings/tally.ts";
import { formatTable, type Row } from "./table.ts";

const MOST_CONFUSIONS = 20;

function run(options: FindingsOptions): void {
  const rows: Row[] = [];
  for (const part of options.parts) {
    console.error(`${part} …`);
    if (part === "one" || part === "two" || part === "three") {
      const { rows: measured, tally } = benchDraws(part, options);
      rows.push(...measured);
      if (part === "one") console.log(`${formatCauses(tally.byCause)}\n`);
      const confusions = tally.confusions(MOST_CONFUSIONS);
      if (confusions.length > 0)
        console.log(`The worst of ${part}:\n${formatConfusions(confusions)}\n`);
    } else if (part === "time") rows.push(...benchTime(options.seed));
    else if (part === "budget") rows.push(...benchBudget(options.seed));
    else if (part === "clean") {
      const { rows: measured, alarms } = benchClean(options);
      rows.push(...measured);
      if (alarms.length > 0)
        console.log(`Alarms of clean:\n${alarms.slice(0, MOST_CONFUSIONS).join("\n")}\n`);
    } else {
      const { rows: measured, wrong } = benchChanges(part, options);
      rows.push(...measured);
      if (wrong.length > 0) console.log(`Wrong of ${part}:\n${wrong.join("\n")}\n`);
    }
  }
  console.log(formatTable(rows));
  if (rows.some(({ met }) => met === false)) process.exitCode = 1;
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (!options) console.log(USAGE);
  else if (options.scene) console.log(explainScene(options.scene, options.seed));
  else if (options.explain) console.log(explain(drawScenario(options.seed, options.causes ?? 1)));
  else run(options);
} catch (error) {
  const { code } = error as NodeJS.ErrnoException;
  if (!(error instanceof RangeError) && !code?.startsWith("ERR_PARSE_ARGS")) throw error;
  console.error((error as Error).message);
  process.exitCode = 1;
}
