import type { Mesh } from "@netchecker/contract";
import { count, sayCounts, sayExpected, sayMissing } from "../core/phrases.ts";
import { verdictOf } from "../core/verdict.ts";
import { nodeLink } from "../store/route.ts";

const TYPES = { pod: "Pods", node: "Nodes", service: "Service", external: "Outside" } as const;

/** What the round comes to, what was measured, and what was not. */
export function VerdictLine({ mesh: { round, summary, findings } }: { mesh: Mesh }) {
  const { tone, headline, detail } = verdictOf(round, summary, findings);
  return (
    <div class={`verdict ${tone}`}>
      <h1 id="findings-title">{headline}</h1>
      <p>{detail}</p>
      <dl class="by-type">
        {(["pod", "node", "service", "external"] as const)
          .filter((type) => summary[type].total + summary[type].expected > 0)
          .map((type) => (
            <div key={type} title={sayCounts(summary[type])}>
              <dt>{TYPES[type]}</dt>
              <dd>
                <Share counts={summary[type]} />
              </dd>
            </div>
          ))}
      </dl>
      <Missing round={round} />
    </div>
  );
}

function Share({ counts: { total, ok, failed, unknown } }: { counts: Mesh["summary"]["pod"] }) {
  if (failed === 0 && unknown === 0) return <>all ok</>;
  const parts = [
    failed > 0 && <b class="bad">{count(failed, "failed", "failed")}</b>,
    unknown > 0 && <b class="unknown">{count(unknown, "not measured", "not measured")}</b>,
  ].filter(Boolean);
  return (
    <>
      {parts.flatMap((part, index) => (index === 0 ? [part] : [", ", part]))}
      <span class="of"> of {total.toLocaleString("en")}</span>
      {ok === 0 && failed === 0 ? "" : null}
    </>
  );
}

const MOST_SHOWN = 6;

/** Agents that did not report, and why: what they would have measured is unknown, not well. */
function Missing({ round: { missing } }: { round: Mesh["round"] }) {
  if (missing.length === 0) return null;
  const shown = missing.slice(0, MOST_SHOWN);
  return (
    <div class="missing">
      <h2>{count(missing.length, "agent")} did not report</h2>
      <ul>
        {shown.map(({ node, why, detail, expected }) => (
          <li key={node}>
            <a href={nodeLink(node)}>{node}</a>: {expected ? sayExpected(expected) : sayMissing(why)}
            {detail && <span class="quiet"> ({detail})</span>}
          </li>
        ))}
        {missing.length > shown.length && (
          <li class="quiet">and {missing.length - shown.length} more; see the table of nodes</li>
        )}
      </ul>
    </div>
  );
}
