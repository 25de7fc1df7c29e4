import { setTimeout as sleep } from "node:timers/promises";
import { isFine, type RoundView } from "../demo/round-line.ts";
import type { UnmeasuredReason, Verdict } from "@netchecker/contract";
import type { LabClient } from "../../namespaces/lab-client.ts";
import { TestbedError } from "../../testbed-error.ts";
import { type Command, EXIT } from "./command.ts";
import { flag } from "@netchecker/runtime/options";
import { readOptions } from "./read-options.ts";
import { theLab } from "./the-lab.ts";

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
    const lab = theLab();
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
  return 2 * (await lab.state()).intervalMs + PATIENCE_MS;
}

/** The last closed round, and each that follows, until `signal` aborts; once each time it turns unmeasured. Throws a {@link TestbedError}. */
async function* closedRounds(
  lab: LabClient,
  timeoutMs: number,
  signal: AbortSignal,
): AsyncGenerator<Shown, void> {
  let last = 0;
  let told = "";
  let deadline = Date.now() + timeoutMs;
  while (!signal.aborted) {
    // The failures alone: the text is asked for when there is something new.
    const response = await ask(lab, "/results?ok=false");
    const view = response.ok ? ((await response.json()) as RoundView) : null;
    if (view && view.round.id > last) {
      last = view.round.id;
      told = "";
      deadline = Date.now() + timeoutMs;
      const text = await (await ask(lab, `/rounds/${last}/results?format=text`)).text();
      yield { text, fine: isFine(view) };
    } else if (!view) {
      const reason = await unmeasuredReason(response);
      if (reason !== null && reason !== "first_round_pending" && reason !== told) {
        told = reason;
        deadline = Date.now() + timeoutMs;
        yield { text: await (await ask(lab, "/results?format=text")).text(), fine: false };
      }
    }
    if (Date.now() > deadline && last === 0)
      throw new TestbedError(
        "No round has closed for far longer than an interval: `pnpm lab state` shows what runs.",
      );
    await sleep(POLL_MS, null, { signal }).catch(() => {});
  }
}

/** Why netchecker cannot know; null where the answer does not say. */
async function unmeasuredReason(response: Response): Promise<UnmeasuredReason | null> {
  const { verdict } = (await response.json().catch(() => ({}))) as { verdict?: Verdict };
  return verdict?.reason ?? null;
}

const ask = (lab: LabClient, path: string): Promise<Response> =>
  fetch(`${lab.url}${path}`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) }).catch(
    (cause: unknown) => {
      throw new TestbedError(
        `netchecker does not answer at ${lab.url}: \`pnpm lab state\` shows whether it runs.`,
        { cause },
      );
    },
  );
