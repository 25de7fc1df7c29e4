import type { Finding, Mesh } from "@netchecker/contract";
import { useSignal } from "@preact/signals";
import { count } from "../core/phrases.ts";
import { route } from "../store/route.ts";
import { FindingCard } from "./finding-card.tsx";

const MOST_OPEN = 8;

/** What is broken, the worst first; then what has recovered, quieter. New ones are read out. */
export function Findings({ mesh: { findings } }: { mesh: Mesh }) {
  const all = useSignal(false);
  const current = findings.filter(({ state }) => state !== "recovered");
  const planned = current.filter((finding) => finding.planned);
  const notes = current.filter((finding) => !finding.planned && isNote(finding));
  const active = current.filter((finding) => !finding.planned && !isNote(finding));
  const recovered = findings.filter(({ state }) => state === "recovered");
  const shown = all.value ? active : active.slice(0, MOST_OPEN);
  return (
    <>
      <p class="sr-only" aria-live="polite">
        {active
          .filter(({ state }) => state === "new")
          .map(({ summary }) => summary)
          .join(" ")}
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
      <Quiet findings={notes} title={`${count(notes.length, "note")}, no alarm`} />
      <Quiet findings={planned} title={`${count(planned.length, "finding")} of planned changes`} />
      <Quiet findings={recovered} title={`${count(recovered.length, "finding")} recovered`} />
    </>
  );
}

/** No alarm, and nothing that is seen to fail is told by it. */
function isNote({ severity, evidence }: Finding): boolean {
  return severity === "info" && evidence.explains === 0;
}

/** Nothing to get up for; folded. */
function Quiet({ findings, title }: { findings: readonly Finding[]; title: string }) {
  const { place } = route.value;
  if (findings.length === 0) return null;
  return (
    <details
      class="quieter"
      open={place.at === "finding" && findings.some(({ id }) => id === place.id)}
    >
      <summary>{title}</summary>
      <ol class="cards">
        {findings.map((finding) => (
          <FindingCard key={finding.id} finding={finding} />
        ))}
      </ol>
    </details>
  );
}
