import type { Spot } from "../../core/mesh/spot.ts";
import type { Told } from "./tell-spot.ts";

const WIDTH = 260;

/** A spot in words, beside it. Screen readers get the same words from the live region. */
export function Tooltip({ spot, told, room }: { spot: Spot; told: Told; room: number }) {
  const left = Math.max(0, Math.min(spot.x + 18, room - WIDTH));
  return (
    <div class="tooltip" aria-hidden="true" style={{ left: `${left}px`, top: `${spot.y + 18}px` }}>
      <strong>{told.title}</strong>
      {told.lines.map(({ text, tone }) => (
        <span key={text} class={tone}>
          {text}
        </span>
      ))}
    </div>
  );
}
