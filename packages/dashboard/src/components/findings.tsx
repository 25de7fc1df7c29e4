import type { Mesh } from "@netchecker/contract";
import { useSignal } from "@preact/signals";
import { count } from "../core/phrases.ts";
import { FindingCard } from "./finding-card.tsx";

const MOST_OPEN = 8;

/** What is broken, the worst first; then what has recovered, quieter. New ones are read out. */
export function Findings({ mesh: { findings } }: { mesh: Mesh }) {
  const all = useSignal(false);
  const active = findings.filter(({ state }) => state !== "recovered");
  const recovered = findings.filter(({ state }) => state === "recovered");
  const shown = all.value ? active : active.slice(0, MOST_OPEN);
  return (
    <>
      <p class="sr-only" aria-live="polite">
        {active.filter(({ state }) => state === "new").map(({ summary }) => summary).join(" ")}
      </p>
      <ol class="cards">
        {shown.map((finding) => (
          <FindingCard key={finding.id} finding={finding} />
        ))}
      </ol>
      {active.length > shown.length && (
        <button type="button" class="more" onClick={() => (all.value = true)}>
          Show {active.length - shown.length} more
        </button>
      )}
      {recovered.length > 0 && (
        <details class="recovered">
          <summary>{count(recovered.length, "finding")} recovered</summary>
          <ol class="cards">
            {recovered.map((finding) => (
              <FindingCard key={finding.id} finding={finding} />
            ))}
          </ol>
        </details>
      )}
    </>
  );
}
