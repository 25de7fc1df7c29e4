import type { Check, Mesh } from "@netchecker/contract";
import { useMemo } from "preact/hooks";
import { isFailed, isUnknown, PLANNED } from "../core/mesh/cell.ts";
import { planesOf } from "../core/mesh/layers.ts";
import { type NodeRow, nodeRows } from "../core/mesh/node-rows.ts";
import { readOutcomes } from "../core/mesh/read-outcomes.ts";
import { sayCheck, sayPlanned, sayMissing } from "../core/phrases.ts";
import { linkTo } from "../store/route.ts";
import { FindingCard } from "./finding-card.tsx";
import { Icon } from "./icon.tsx";
import { NodeHistoryCharts } from "./node-history.tsx";
import { TallyCell } from "./node-table.tsx";

/** One node: what it reaches, who reaches it, its findings, its history. */
export function NodePage({ mesh, name }: { mesh: Mesh; name: string }) {
  const index = mesh.nodes.findIndex((node) => node.name === name);
  const node = mesh.nodes[index];
  const row = useMemo(() => (index === -1 ? null : nodeRows(mesh)[index]!), [mesh, index]);
  const findings = mesh.findings.filter(
    ({ nodes, peers }) => nodes.includes(name) || peers.includes(name),
  );
  return (
    <div class="node-page">
      <p>
        <a class="back" href={linkTo({ at: "overview" })}>
          <Icon name="back" /> All nodes
        </a>
      </p>
      <h1>{name}</h1>
      {!node || !row ? (
        <p>It is not in round {mesh.round.id}.</p>
      ) : (
        <>
          <p class="facts">
            {[
              node.zone && `zone ${node.zone}`,
              node.pool && `pool ${node.pool}`,
              node.pod && `agent ${node.pod}`,
            ]
              .filter(Boolean)
              .join(" · ")}
          </p>
          {node.planned && <p class="unknown why">{sayPlanned(node.planned)}.</p>}
          {node.missing && !node.planned && (
            <p class="unknown">Its agent did not report: {sayMissing(node.missing)}.</p>
          )}
          {node.starved && (
            <p class="unknown">
              Its agent had too little CPU: its latencies are not to be trusted.
            </p>
          )}
          {findings.length > 0 ? (
            <ol class="cards">
              {findings.map((finding) => (
                <FindingCard key={finding.id} finding={finding} />
              ))}
            </ol>
          ) : (
            <p>No finding names it.</p>
          )}
          <div class="both">
            <Layers row={row} />
            <Troubles mesh={mesh} index={index} />
          </div>
        </>
      )}
      <NodeHistoryCharts node={name} />
    </div>
  );
}

function Layers({ row: { from, to } }: { row: NodeRow }) {
  const checks: Check[] = [...from.keys()];
  return (
    <section>
      <h2>By layer</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of layers">
        <table>
          <thead>
            <tr>
              <th scope="col">Layer</th>
              <th scope="col">It reaches</th>
              <th scope="col">Reached by others</th>
            </tr>
          </thead>
          <tbody>
            {checks.map((check) => (
              <tr key={check}>
                <th scope="row">{sayCheck(check)}</th>
                <TallyCell tally={from.get(check)} />
                <TallyCell tally={to.get(check)} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const MAX_NODES_NAMED = 40;

/** The other nodes that it does not reach, and those that do not reach it. */
function Troubles({ mesh, index }: { mesh: Mesh; index: number }) {
  const { size, cells } = useMemo(
    () => readOutcomes(mesh, planesOf(mesh, { layer: "worst", family: "both" })),
    [mesh],
  );
  const others = mesh.nodes.keys().filter((other) => other !== index);
  const all = [...others];
  const lists = [
    { title: "Does not reach", pairs: all.map((other) => [index, other] as const) },
    { title: "Not reached by", pairs: all.map((other) => [other, index] as const) },
  ];
  return (
    <div class="troubles">
      {lists.map(({ title, pairs }) => {
        const bad = pairs.filter(([from, to]) => isFailed(cells[from * size + to]!));
        const unknown = pairs.filter(([from, to]) => isUnknown(cells[from * size + to]!)).length;
        const planned = pairs.filter(([from, to]) => cells[from * size + to] === PLANNED).length;
        return (
          <section key={title}>
            <h2>
              {title}{" "}
              <span class="quiet">
                {bad.length === 0 ? "none" : `${bad.length} of ${pairs.length}`}
              </span>
            </h2>
            <ul class="names">
              {bad.slice(0, MAX_NODES_NAMED).map(([from, to]) => {
                const [a, b] = [mesh.nodes[from]!.name, mesh.nodes[to]!.name];
                return (
                  <li key={`${a} ${b}`}>
                    <a href={linkTo({ at: "pair", from: a, to: b })}>{from === index ? b : a}</a>
                  </li>
                );
              })}
              {bad.length > MAX_NODES_NAMED && (
                <li class="quiet">and {bad.length - MAX_NODES_NAMED} more</li>
              )}
            </ul>
            {unknown > 0 && <p class="quiet">{unknown} not measured</p>}
            {planned > 0 && <p class="quiet">{planned} left out: planned</p>}
          </section>
        );
      })}
    </div>
  );
}
