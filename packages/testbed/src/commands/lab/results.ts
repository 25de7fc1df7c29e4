import { setTimeout as sleep } from "node:timers/promises";
import { isFine } from "../round-line.ts";
import type { UnmeasuredReason } from "@netchecker/contract";
import { RoundWatcher } from "../../services/watch-rounds.ts";
import { TestbedError } from "../../testbed-error.ts";
import { type Command, EXIT, readOptions } from "../command.ts";
import { flag } from "@netchecker/runtime/options";
import { LabClient } from "../../namespaces/lab-client.ts";

const POLL_MS = 200;
const PATIENCE_MS = 10_000;

const USAGE = `Prints netchecker's text view: its verdict, and the last round. Exits with 0 when the verdict is ok, else with 2.

Usage: lab results [options]
  --follow             and of each round that follows, until Ctrl-C
`;

export const results: Command = {
  summary: "the last round as text; --follow for each that follows",
  usage: () => USAGE,
  async run(args, { out }, signal) {
    const { values } = readOptions(args, { follow: flag });
    let fine = true;
    for await (const round of closedRounds(LabClient.mustFind(), signal)) {
      out(round.text);
      fine = round.fine;
      if (!values.follow) break;
    }
    return fine ? EXIT.fine : EXIT.notFine;
  },
};

/** netchecker's text view, and whether its verdict is ok. */
interface TextView {
  readonly text: string;
  readonly fine: boolean;
}

/** The last closed round, and each that follows, until `signal` aborts; once each time it turns unmeasured. Throws a {@link TestbedError}. */
async function* closedRounds(lab: LabClient, signal: AbortSignal): AsyncGenerator<TextView, void> {
  const rounds = new RoundWatcher(lab.url);
  const orSayWhy = (cause: unknown): never => {
    throw new TestbedError(
      `netchecker does not answer at ${lab.url}: \`pnpm lab state\` shows whether it runs.`,
      { cause },
    );
  };
  const text = async (path: string) =>
    (await rounds.fetch(`${path}?format=text`).catch(orSayWhy)).text();
  const timeoutMs = 2 * (await lab.ask("state")).intervalMs + PATIENCE_MS;
  let closed = 0;
  let told: UnmeasuredReason | null = null;
  let deadline = Date.now() + timeoutMs;
  while (!signal.aborted) {
    const shown = await rounds.look().catch(orSayWhy);
    if (shown && "view" in shown) {
      told = null;
      closed += 1;
      yield {
        text: await text(`/rounds/${shown.view.round.id}/results`),
        fine: isFine(shown.view),
      };
    } else if (shown && shown.unmeasured.reason !== told) {
      told = shown.unmeasured.reason;
      deadline = Date.now() + timeoutMs;
      yield { text: await text("/results"), fine: false };
    }
    if (Date.now() > deadline && closed === 0)
      throw new TestbedError(
        "No round has closed for far longer than an interval: `pnpm lab state` shows what runs.",
      );
    await sleep(POLL_MS, null, { signal }).catch(() => {});
  }
}
