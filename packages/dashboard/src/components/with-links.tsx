import { visible } from "@netchecker/contract/visible";
import { nodeLink } from "../store/route.ts";

/** A sentence in which the names of its nodes are links to their pages. */
export function WithLinks({ text: said, nodes }: { text: string; nodes: readonly string[] }) {
  const text = visible(said);
  if (nodes.length === 0) return <>{text}</>;
  // The longest name first, because node-12 does not mean node-1 and a 2.
  const names = [...nodes].sort((a, b) => b.length - a.length).map(escaped);
  const parts = text.split(new RegExp(`(?<![\\w.-])(${names.join("|")})(?![\\w-])`));
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 1 ? (
          <a key={index} href={nodeLink(part)}>
            {part}
          </a>
        ) : (
          part
        ),
      )}
    </>
  );
}

const escaped = (name: string) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
