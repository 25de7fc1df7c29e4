import type { Finding } from "@netchecker/contract";
import { useEffect, useRef } from "preact/hooks";
import { ago, clockTime } from "../core/age.ts";
import { sayCheck, sayReason } from "../core/phrases.ts";
import { sayEvidence } from "../core/say-evidence.ts";
import { now } from "../store/live.ts";
import { linkTo, nodeLink, route } from "../store/route.ts";
import { Command } from "./command.tsx";
import { WithLinks } from "./with-links.tsx";

/** One finding: the sentence, since when, the evidence, and the commands to run next. */
export function FindingCard({ finding }: { finding: Finding }) {
  const { id, summary, severity, state, evidence, next, nodes, peers } = finding;
  const card = useRef<HTMLLIElement>(null);
  const { place } = route.value;
  const chosen = place.at === "finding" && place.id === id;
  useEffect(() => {
    if (chosen) card.current?.scrollIntoView({ block: "center" });
  }, [chosen]);
  const told = sayEvidence(finding);
  const quiet = state === "recovered";
  return (
    <li ref={card} class={`card ${quiet ? "recovered" : severity}${chosen ? " chosen" : ""}`}>
      <p class="tags">
        <span class="severity">{quiet ? "recovered" : severity}</span>
        {!quiet && state !== "ongoing" && <span class="state">{state}</span>}
        {finding.planned && <span class="state">planned</span>}
        <Since finding={finding} />
      </p>
      <p class="sentence">
        <WithLinks text={summary} nodes={[...nodes, ...peers]} />
      </p>
      {told && <p class="evidence">{told}</p>}
      {!quiet && next.length > 0 && (
        <div class="next">
          <p class="label">Run next</p>
          <Command text={next[0]!} />
          {next.length > 1 && (
            <details>
              <summary>{next.length - 1} more</summary>
              {next.slice(1).map((command) => (
                <Command key={command} text={command} />
              ))}
            </details>
          )}
        </div>
      )}
      {evidence.examples.length > 0 && !quiet && (
        <details class="examples">
          <summary>For example</summary>
          <ul>
            {evidence.examples.map(({ from, to, check, reason }) => (
              <li key={`${from} ${to} ${check}`}>
                <a
                  href={
                    isPair(from, to, nodes, peers)
                      ? linkTo({ at: "pair", from, to })
                      : nodeLink(from)
                  }
                >
                  {from} → {to}
                </a>
                : {sayCheck(check)}, {sayReason(reason)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

function isPair(from: string, to: string, nodes: readonly string[], peers: readonly string[]) {
  const named = [...nodes, ...peers];
  return named.length === 0 || named.includes(to) || named.includes(from);
}

function Since({ finding: { since, lastSeen, state, rounds, flaps } }: { finding: Finding }) {
  const at = now.value;
  if (state === "recovered")
    return (
      <span class="since">
        rounds {since.round} to {lastSeen.round}, last seen {ago(lastSeen.at, at)}
      </span>
    );
  return (
    <span class="since" title={`since ${clockTime(since.at, at)}; seen in ${rounds} rounds`}>
      since round {since.round}, {ago(since.at, at)}
      {flaps > 0 && `, came back ${flaps === 1 ? "once" : `${flaps} times`}`}
    </span>
  );
}
