import { setTimeout as sleep } from "node:timers/promises";
import { LastRound } from "../last-round.ts";
import { isFine } from "../round-line.ts";
import type { UnmeasuredReason } from "@netchecker/contract";
import { TestbedError } from "../../testbed-error.ts";
import { EXIT, readOptions } from "../command.ts";
import type { Command } from "./command.ts";
import { flag } from "@netchecker/runtime/options";
import { LabClient } from "../../namespaces/lab-client.ts";

const POLL_MS = 200;
const ANSWER_TIMEOUT_MS = 10_000;
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
    const lab = LabClient.mustFind();
    let fine = true;
    for await (const round of closedRounds(lab, await firstRoundTimeoutMs(lab), signal)) {
      out(round.text);
      fine = round.fine;
      if (!values.follow) break;
    }
    return fine ? EXIT.fine : EXIT.notFine;
  },
};

/** What netchecker shows: a closed round, or that it cannot know. */
interface Shown {
  readonly text: string;
  readonly fine: boolean;
}

async function firstRoundTimeoutMs(lab: LabClient): Promise<number> {
  return 2 * (await lab.ask("state")).intervalMs + PATIENCE_MS;
}

/** The last closed round, and each that follows, until `signal` aborts; once each time it turns unmeasured. Throws a {@link TestbedError}. */
async function* closedRounds(
  lab: LabClient,
  timeoutMs: number,
  signal: AbortSignal,
): AsyncGenerator<Shown, void> {
  const last = new LastRound((path, init) => ask(lab, path, init));
  let told: UnmeasuredReason | null = null;
  let deadline = Date.now() + timeoutMs;
  while (!signal.aborted) {
    const shown = await last.look();
    if (shown && "view" in shown) {
      told = null;
      deadline = Date.now() + timeoutMs;
      const text = await (await ask(lab, `/rounds/${last.id}/results?format=text`)).text();
      yield { text, fine: isFine(shown.view) };
    } else if (shown && shown.unmeasured.reason !== told) {
      told = shown.unmeasured.reason;
      deadline = Date.now() + timeoutMs;
      yield { text: await (await ask(lab, "/results?format=text")).text(), fine: false };
    }
    if (Date.now() > deadline && last.id === 0)
      throw new TestbedError(
        "No round has closed for far longer than an interval: `pnpm lab state` shows what runs.",
      );
    await sleep(POLL_MS, null, { signal }).catch(() => {});
  }
}

const ask = (lab: LabClient, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${lab.url}${path}`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS), ...init }).catch(
    (cause: unknown) => {
      throw new TestbedError(
        `netchecker does not answer at ${lab.url}: \`pnpm lab state\` shows whether it runs.`,
        { cause },
      );
    },
  );
