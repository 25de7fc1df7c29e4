import type { NodeHistory } from "@netchecker/contract";
import { signal, useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { mesh } from "../store/mesh.ts";
import { api } from "../store/session.ts";

// The charts and their library are loaded when a node's page is opened for the first time.
const charts = signal<{ readonly Charts: ComponentType<{ history: NodeHistory }> } | null>(null);

async function loadCharts(): Promise<void> {
  charts.value ??= { Charts: (await import("./history-charts.tsx")).HistoryCharts };
}

/** The history of a node over the kept rounds. */
export function NodeHistoryCharts({ node }: { node: string }) {
  const history = useSignal<NodeHistory | null>(null);
  const fault = useSignal<string | null>(null);
  const newest = mesh.value?.round.id;
  const Charts = charts.value?.Charts;
  useEffect(() => {
    void loadCharts();
  }, []);
  useEffect(() => {
    const ended = new AbortController();
    void api
      .get<NodeHistory>(`node-states/${encodeURIComponent(node)}/history`, ended.signal)
      .then((got) => {
        history.value = got;
        fault.value = null;
      })
      .catch((error: Error) => {
        if (!ended.signal.aborted) fault.value = error.message;
      });
    return () => ended.abort();
  }, [node, newest]);
  return (
    <section class="history" aria-labelledby="history-title">
      <h2 id="history-title">Over the kept rounds</h2>
      {fault.value && <p class="quiet">It could not be loaded: {fault.value}</p>}
      {Charts && history.value && history.value.rounds.length > 1 && (
        <Charts history={history.value} />
      )}
      {history.value && history.value.rounds.length <= 1 && (
        <p class="quiet">After a second round there is something to draw.</p>
      )}
    </section>
  );
}
