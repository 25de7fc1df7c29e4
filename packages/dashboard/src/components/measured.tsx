import type { Mesh } from "@netchecker/contract";
import { visible } from "@netchecker/contract/visible";
import { count, digits, sayCounts, sayMissing, sayPlanned } from "../core/phrases.ts";
import { nodeLink } from "../store/route.ts";

const TYPES = { pod: "Pods", node: "Nodes", service: "Service", external: "Outside" } as const;

/** The numbers of a round: what was measured and what was not. */
export function Measured({ mesh: { round, summary } }: { mesh: Mesh }) {
  return (
    <div class="measured">
      <h2>Round {round.id} in numbers</h2>
      <p>
        {digits(round.reported)} of {count(round.expected, "agent")} reported
      </p>
      <dl class="by-type">
        {(["pod", "node", "service", "external"] as const)
          .filter((type) => summary[type].total + summary[type].planned > 0)
          .map((type) => (
            <div key={type} title={sayCounts(summary[type])}>
              <dt>{TYPES[type]}</dt>
              <dd>
                <Share counts={summary[type]} />
              </dd>
            </div>
          ))}
      </dl>
    </div>
  );
}

function Share({ counts }: { counts: Mesh["summary"]["pod"] }) {
  const { total, failed, unknown, planned } = counts;
  const parts = [
    failed > 0 && <b class="bad">{digits(failed)} failed</b>,
    unknown > 0 && <b class="unknown">{digits(unknown)} not measured</b>,
    failed === 0 && unknown === 0 && total > 0 && `all ${digits(total)} ok`,
    planned > 0 && `${digits(planned)} planned`,
  ].filter(Boolean);
  return (
    <>
      {parts.flatMap((part, index) => (index === 0 ? [part] : [", ", part]))}
      {failed + unknown > 0 && <span class="of"> of {digits(total)}</span>}
    </>
  );
}

const MAX_MISSING_SHOWN = 6;

/** The agents that did not report, and why. Their cells are unknown, not ok. */
export function Missing({ round: { missing } }: { round: Mesh["round"] }) {
  if (missing.length === 0) return null;
  const shown = missing.slice(0, MAX_MISSING_SHOWN);
  return (
    <div class="missing">
      <h2>{count(missing.length, "agent")} did not report</h2>
      <ul>
        {shown.map(({ node, why, detail, planned }) => (
          <li key={node}>
            <a href={nodeLink(node)}>{node}</a>: {planned ? sayPlanned(planned) : sayMissing(why)}
            {detail && <span class="quiet"> ({visible(detail)})</span>}
          </li>
        ))}
        {missing.length > shown.length && (
          <li class="quiet">and {missing.length - shown.length} more; see the table of nodes</li>
        )}
      </ul>
    </div>
  );
}
