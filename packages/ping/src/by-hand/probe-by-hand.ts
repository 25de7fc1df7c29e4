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
  /** Of that, how long this process stood still, short of CPU. */
  readonly stalledMs: number;
  readonly stages: readonly StageRecord[];
  /** Where it failed. */
  readonly stoppedAt?: Stage;
  /** What that usually means, and where to look. */
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

/** Makes one attempt at a target, with the code of the agents' probes. Rejects when `tools.signal` is aborted. */
export async function probeByHand(target: HandTarget, tools: ProbeTools): Promise<HandAttempt> {
  const observer = new StageRecorder();
  const stalledBefore = tools.stalls.stalledMs();
  const found = await PROBES[target.kind](target.address, { ...tools, observer });
  const stages = observer.end();
  const stalledMs = roundedMs(tools.stalls.stalledMs() - stalledBefore);
  // A size that gets through takes attempts of its own: no stage of this one.
  const [outcome] = await new LossSizer(tools).tell([target], [{ ...found, attempts: 1 }]);
  const { reason, detail } = outcome!;
  const tookMs = roundedMs(stages.reduce((sum, { ms }) => sum + ms, 0));
  const told = { reason, ...(detail !== undefined && { detail }), tookMs, stalledMs, stages };
  const last = stages.at(-1);
  if (reason === "ok" || !last) return { ok: reason === "ok", ...told };
  const meaning = whatItMeans({ reason, detail, stage: last.stage });
  return { ok: false, ...told, stoppedAt: last.stage, meaning };
}

/** Check `echo`, whichever pong it is: by hand nobody says who should answer. */
function probeAnyPong(address: string, tools: ProbeTools): Promise<AttemptOutcome> {
  return attempt(tools, (progress, signal) =>
    withPong(parseHostPort(address), progress, signal, async (exchange) => {
      await askWho(exchange, progress);
      await askLarge(exchange, progress);
    }),
  );
}

/** A name's addresses of both families; it must have one of either. */
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
