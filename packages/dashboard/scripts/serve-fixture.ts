import { FixtureServer } from "../tests/support/fixture-server.ts";
import { STORIES, type Story } from "../tests/support/stories.ts";

/** Serves a story to look at in a browser: `node scripts/serve-fixture.ts broken200 [port]`. */
const [name = "broken6", port = "32090"] = process.argv.slice(2);
if (!Object.hasOwn(STORIES, name))
  throw new RangeError(`no story "${name}", allowed: ${Object.keys(STORIES).join(", ")}`);
const { size, phases } = STORIES[name as Story];
const startedAt = performance.now();
const server = new FixtureServer(size, phases);
console.log(`${size} nodes simulated in ${Math.round(performance.now() - startedAt)} ms`);
console.log(await server.listen(Number(port)));
