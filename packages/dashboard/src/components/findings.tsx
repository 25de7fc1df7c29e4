import type { Finding, Mesh } from "@netchecker/contract";
import { useSignal } from "@preact/signals";
import { count } from "../core/phrases.ts";
import { route } from "../store/route.ts";
import { FindingCard } from "./finding-card.tsx";

const MAX_FINDINGS_SHOWN = 8;

/**
 * The active findings, the worst first; then the recovered ones, less visible. Screen readers read
 * new ones aloud.
 */
export function Findings({ mesh: { findings } }: { mesh: Mesh }) {
  const all = useSignal(false);
  const current = findings.filter(({ state }) => state !== "recovered");
  const planned = current.filter((finding) => finding.planned);
  const notes = current.filter((finding) => !finding.planned && isNote(finding));
  const active = current.filter((finding) => !finding.planned && !isNote(finding));
  const recovered = findings.filter(({ state }) => state === "recovered");
  const shown = all.value ? active : active.slice(0, MAX_FINDINGS_SHOWN);
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

/**
 * Whether a finding is only a note: it is no alarm, and no failed check is part of its evidence.
 */
function isNote({ severity, evidence }: Finding): boolean {
  return severity === "info" && evidence.explains === 0;
}

/** Findings that need no action, folded. */
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
