import { useSignal } from "@preact/signals";
import { Icon } from "./icon.tsx";

const TOLD_MS = 2_000;

/** A command to run, with a button that copies it. */
export function Command({ text }: { text: string }) {
  const copied = useSignal(false);
  return (
    <div class="command">
      <code tabIndex={0}>{text}</code>
      <button
        type="button"
        aria-label={copied.value ? "Copied" : `Copy: ${text}`}
        onClick={async () => {
          await copy(text);
          copied.value = true;
          setTimeout(() => (copied.value = false), TOLD_MS);
        }}
      >
        <Icon name={copied.value ? "done" : "copy"} />
      </button>
    </div>
  );
}

/**
 * Over plain HTTP the browser has no clipboard API, so this selects the text and uses the old
 * command.
 */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr-only";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
