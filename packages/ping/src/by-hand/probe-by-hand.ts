import type { Reason } from "@netchecker/contract";
import { askLarge, askWho, withPong } from "../probes/ask-pong.ts";
import { attempt, type AttemptOutcome } from "../probes/attempt.ts";
import { probeConnect, probeHttp } from "../probes/external-probe.ts";
import { parseHostPort } from "../probes/host-port.ts";
import { lookUp } from "../probes/look-up.ts";
import type { ProbeTools } from "../probes/probe.ts";
import { ProbeFailureError } from "../probes/probe-failure.ts";
import type { Stage } from "../probes/progress.ts";
import { LossSizer } from "../probes/size-losses.ts";
import type { HandTarget } from "./parse-target.ts";
import { roundedMs, type StageRecord, StageRecorder } from "./record-stages.ts";
import { whatItMeans } from "./what-it-means.ts";

/** One attempt, stage by stage. */
export interface HandAttempt {
  readonly ok: boolean;
  readonly reason: Reason;
  readonly detail?: string;
  readonly tookMs: number;
  /** The part of `tookMs` in which this process stood still because it lacked CPU. */
  readonly stalledMs: number;
  readonly stages: readonly StageRecord[];
  /** The stage that failed. */
  readonly stoppedAt?: Stage;
  /** What the failure usually means, and where to look. */
  readonly meaning?: string;
}

const PROBES: Record<
  HandTarget["kind"],
  (address: string, tools: ProbeTools) => Promise<AttemptOutcome>
> = {
  echo: probeAnyPong,
  http: (address, tools) => probeHttp({ check: "http", name: address, node: null, address }, tools),
  tcp: (address, tools) =>
    probeConnect({ check: "connect", name: address, node: null, address }, tools),
  dns: probeName,
};

/**
 * Makes one attempt at a target, with the same code as the agents. Rejects when `tools.signal` is
 * aborted.
 */
export async function probeByHand(target: HandTarget, tools: ProbeTools): Promise<HandAttempt> {
  const observer = new StageRecorder();
  const stalledBefore = tools.stalls.stalledMs();
  const found = await PROBES[target.kind](target.address, { ...tools, observer });
  const stages = observer.end();
  const stalledMs = roundedMs(tools.stalls.stalledMs() - stalledBefore);
  // The search for the largest packet makes attempts of its own, so it is no stage of this one.
  const [outcome] = await new LossSizer(tools).tell([target], [{ ...found, attempts: 1 }]);
  const { reason, detail } = outcome!;
  const tookMs = roundedMs(stages.reduce((sum, { ms }) => sum + ms, 0));
  const told = { reason, ...(detail !== undefined && { detail }), tookMs, stalledMs, stages };
  const last = stages.at(-1);
  if (reason === "ok" || !last) return { ok: reason === "ok", ...told };
  const meaning = whatItMeans({ reason, detail, stage: last.stage });
  return { ok: false, ...told, stoppedAt: last.stage, meaning };
}

/** The check `echo`, but any pong may answer: a user does not say which pod should be there. */
function probeAnyPong(address: string, tools: ProbeTools): Promise<AttemptOutcome> {
  return attempt(tools, (progress, signal) =>
    withPong(parseHostPort(address), progress, signal, async (exchange) => {
      await askWho(exchange, progress);
      await askLarge(exchange, progress);
    }),
  );
}

/** Looks a name up in both families. One address of either family is enough. */
function probeName(name: string, tools: ProbeTools): Promise<AttemptOutcome> {
  return attempt(tools, async (progress, signal) => {
    let found = 0;
    for (const family of tools.families) {
      const addresses = await lookUp(name, family, tools.dnsServers, progress, signal).catch(
        noneOfThisFamily,
      );
      found += addresses.length;
    }
    if (found === 0) throw new ProbeFailureError("dns_failure", "ENODATA");
  });
}

function noneOfThisFamily(error: unknown): readonly string[] {
  if (error instanceof ProbeFailureError && error.detail === "ENODATA") return [];
  throw error;
}
