import type { Mesh, Result } from "@netchecker/contract";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { namespaceOf } from "../core/mesh/probe-command.ts";
import { checksBetween } from "../core/mesh/tell-pair.ts";
import { sayPlanned, sayMissing } from "../core/phrases.ts";
import { linkTo, nodeLink } from "../store/route.ts";
import { api } from "../store/session.ts";
import { Icon } from "./icon.tsx";
import { PairChecks } from "./pair-checks.tsx";

interface PairDialogProps {
  readonly mesh: Mesh;
  readonly from: string;
  readonly to: string;
  readonly close: () => void;
}

/** All checks between two nodes, in both directions. */
export function PairDialog({ mesh, from, to, close }: PairDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current!.showModal();
  }, []);
  const ways = from === to ? [[from, to] as const] : [[from, to] as const, [to, from] as const];
  return (
    <dialog
      ref={dialog}
      class="pair"
      aria-labelledby="pair-title"
      onClose={close}
      onClick={({ target }) => {
        if (target === dialog.current) dialog.current?.close();
      }}
    >
      <div class="pair-body">
        <header>
          <h2 id="pair-title">
            <a href={nodeLink(from)}>{from}</a> {from === to ? "itself" : "⇄ "}
            {from !== to && <a href={nodeLink(to)}>{to}</a>}
          </h2>
          <button
            type="button"
            class="icon-button"
            aria-label="Close"
            autofocus
            onClick={() => dialog.current!.close()}
          >
            <Icon name="close" />
          </button>
        </header>
        {ways.map(([start, end]) => (
          <Way key={`${start} ${end}`} mesh={mesh} from={start} to={end} />
        ))}
        {from !== to && (
          <p class="quiet">
            <a href={linkTo({ at: "pair", from, to: from })}>{from} to itself</a> ·{" "}
            <a href={linkTo({ at: "pair", from: to, to })}>{to} to itself</a>
          </p>
        )}
      </div>
    </dialog>
  );
}

function Way({ mesh, from, to }: { mesh: Mesh; from: string; to: string }) {
  const rows = useSignal<readonly Result[] | null>(null);
  const round = mesh.round.id;
  useEffect(() => {
    const ended = new AbortController();
    const query = new URLSearchParams({ from, to });
    // The mesh only has the reasons. Latencies, answerers and details come from the results.
    void api
      .get<{ results: Result[] }>(`rounds/${round}/results?${query}`, ended.signal)
      .then(({ results }) => (rows.value = results))
      .catch(() => {});
    return () => ended.abort();
  }, [round, from, to]);
  const indexOf = (name: string) => mesh.nodes.findIndex((node) => node.name === name);
  const [fromIndex, toIndex] = [indexOf(from), indexOf(to)];
  const node = mesh.nodes[fromIndex];
  if (!node || toIndex === -1)
    return (
      <p>
        {node ? to : from} is not in round {round}.
      </p>
    );
  return (
    <section class="way">
      <h3>
        {from} <span aria-label="to">→</span> {to}
      </h3>
      {node.missing && (
        <p class="unknown">
          {from} did not report:{" "}
          {node.planned ? sayPlanned(node.planned) : sayMissing(node.missing)}.
        </p>
      )}
      {node.starved && (
        <p class="unknown">{from} had too little CPU: its latencies are not to be trusted.</p>
      )}
      <PairChecks
        checks={checksBetween(mesh, fromIndex, toIndex)}
        results={rows.value}
        pod={node.pod}
        namespace={namespaceOf(mesh)}
      />
    </section>
  );
}
