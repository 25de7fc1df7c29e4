import type { Result } from "@netchecker/contract";
import { visible } from "@netchecker/contract/visible";
import { probeCommand } from "../core/mesh/probe-command.ts";
import type { PairCheck } from "../core/mesh/tell-pair.ts";
import { latency, sayCheck, sayPlanned, sayReason } from "../core/phrases.ts";
import { Command } from "./command.tsx";

interface PairChecksProps {
  readonly checks: readonly PairCheck[];
  /** The same checks with latency, attempts and details. Null until they are loaded. */
  readonly results: readonly Result[] | null;
  readonly pod: string | null;
  readonly namespace: string;
}

/** The checks in one direction: the result, the latency, and a command that repeats the check. */
export function PairChecks({ checks, results, pod, namespace }: PairChecksProps) {
  return (
    <ul class="checks">
      {checks.map((check) => {
        const result = results?.find(
          ({ check: name, to }) => name === check.check && to.address === check.address,
        );
        const command = probeCommand(namespace, pod, check);
        return (
          <li key={`${check.check} ${check.address}`} class={toneOf(check)}>
            <p>
              <strong>{sayCheck(check.check)}</strong>
              {check.family === "IPv6" && " IPv6"} <span class="quiet">{check.address}</span>
            </p>
            <p class="came">
              <span class="reason">
                {check.reason === null ? "not kept" : sayReason(check.reason)}
              </span>
              {tellMore(result).map((text) => (
                <span key={text}>{text}</span>
              ))}
              {check.planned && <span>{sayPlanned(check.planned)}</span>}
            </p>
            {command && check.reason !== "ok" && <Command text={command} />}
            {command && check.reason === "ok" && (
              <details>
                <summary>Probe it by hand</summary>
                <Command text={command} />
              </details>
            )}
          </li>
        );
      })}
    </ul>
  );
}

const TONES = { ok: "well", planned: "planned", unknown: "unmeasured", failed: "broken" } as const;
const toneOf = ({ counts }: PairCheck) => (counts === null ? "none" : TONES[counts]);

function tellMore(result: Result | undefined): string[] {
  if (!result) return [];
  const { latencyMs, attempts, detail, answeredBy, untrusted, to } = result;
  const others = answeredBy?.filter(({ node }) => node !== to.node) ?? [];
  return [
    latencyMs === null ? "" : latency(latencyMs),
    attempts === 0 ? "" : `${attempts} ${attempts === 1 ? "attempt" : "attempts"}`,
    visible(detail ?? ""),
    others.length > 0 ? `answered by ${others.map(({ node }) => node).join(", ")}` : "",
    untrusted ? "prober starved of CPU" : "",
  ].filter(Boolean);
}
