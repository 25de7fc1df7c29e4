import { ago, clockTime } from "../core/age.ts";
import { noticesOf } from "../core/notices.ts";
import { lineNow } from "../store/first-line.ts";
import { connection, now, state } from "../store/live.ts";
import { mesh } from "../store/mesh.ts";
import { linkToRound, pastRound } from "../store/route.ts";

/**
 * Says whether a past round is shown, and what else a reader must know before trusting the page.
 */
export function NoticeList() {
  const notices = noticesOf(state.value, connection.value, pastRound.value === null, now.value);
  return (
    <section class="notices" aria-label="What to know before believing this page">
      <PastBanner />
      {/* This region is always there, so that screen readers read new content aloud. */}
      <div role="status">
        {notices.map(({ key, text, grave }) => (
          <p key={key} class={grave ? "notice grave" : "notice"}>
            {text}
          </p>
        ))}
      </div>
    </section>
  );
}

function PastBanner() {
  const round = pastRound.value;
  if (round === null) return null;
  const head = mesh.value?.round;
  const shown = head?.id === round ? head : null;
  return (
    <p class="notice past">
      <span>
        You look at <strong>round {round}</strong>
        {shown &&
          ` of ${clockTime(shown.startedAt, now.value)}, ${ago(shown.startedAt, now.value)}`}
        {shown?.kept === "failures" && "; of rounds this old, only the failures are kept"}.
      </span>
      <span>
        Now it is <strong>{lineNow.value.word.toLowerCase()}</strong>.{" "}
        <a href={linkToRound(null)}>Back to now</a>
      </span>
    </p>
  );
}
