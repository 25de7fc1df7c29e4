import { visible } from "@netchecker/contract/visible";
import { useEffect } from "preact/hooks";
import { iconOf, MARKS } from "../core/marks.ts";
import { titleOf } from "../core/first-line.ts";
import { firstLine } from "../store/first-line.ts";

/** The verdict, above everything else. The tab's title and icon show it too. */
export function FirstLine() {
  const line = firstLine.value;
  const { look, of, word, sentence, spoken = sentence, age, before } = line;
  const title = titleOf(line);
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    document.querySelector<HTMLLinkElement>("link[rel=icon]")!.href = iconOf(look);
  }, [look]);
  return (
    <section class={`first-line ${look}`} aria-labelledby="verdict">
      {/* Without the seconds: a screen reader would read them aloud each second. */}
      <p class="sr-only" role="status">
        {visible(`${of ? `${of}: ` : ""}${word}. ${spoken}`)}
      </p>
      {of && <p class="of">{of}</p>}
      <h1 id="verdict">
        <svg class="mark" viewBox="0 0 16 16" aria-hidden="true">
          <path d={MARKS[look]} />
        </svg>
        {word}
      </h1>
      <p class="says">{visible(sentence)}</p>
      {age && <p class="lasts">{age}</p>}
      {before && <p class="before">{visible(before)}</p>}
    </section>
  );
}
