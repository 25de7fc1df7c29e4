import { useEffect } from "preact/hooks";
import { mesh, meshError } from "../store/mesh.ts";
import { goTo, linkTo, route } from "../store/route.ts";
import { needsToken } from "../store/session.ts";
import { Findings } from "./findings.tsx";
import { Header } from "./header.tsx";
import { MeshSection } from "./mesh-section.tsx";
import { NodePage } from "./node-page.tsx";
import { NoticeList } from "./notice-list.tsx";
import { PairDialog } from "./pair-dialog.tsx";
import { TimelineStrip } from "./timeline-strip.tsx";
import { TokenForm } from "./token-form.tsx";
import { Missing, VerdictLine } from "./verdict-line.tsx";

/** The page: how it is, what is broken, the mesh; or one node. */
export function App() {
  const { place } = route.value;
  const shown = mesh.value;
  useEffect(() => {
    const alarms = shown?.findings.filter(
      ({ state, severity }) => state !== "recovered" && severity !== "info",
    ).length;
    document.title = alarms ? `(${alarms}) netChecker` : "netChecker";
  }, [shown]);
  if (needsToken.value) return <TokenForm />;
  return (
    <>
      <a class="skip" href="#main" onClick={skipToMain}>
        Skip to what is broken
      </a>
      <Header />
      <NoticeList />
      <TimelineStrip />
      <main id="main" tabIndex={-1}>
        {!shown ? (
          <p class="waiting" role="status">
            {meshError.value ?? "Loading …"}
          </p>
        ) : place.at === "node" ? (
          <NodePage mesh={shown} name={place.node} />
        ) : (
          <div class="overview">
            <section class="findings" aria-labelledby="findings-title">
              <VerdictLine mesh={shown} />
              <Findings mesh={shown} />
              <Missing round={shown.round} />
            </section>
            <MeshSection mesh={shown} />
          </div>
        )}
      </main>
      {shown && place.at === "pair" && (
        <PairDialog
          mesh={shown}
          from={place.from}
          to={place.to}
          close={() => goTo(linkTo({ at: "overview" }))}
        />
      )}
    </>
  );
}

/** Hashes are routes here: the link moves the focus itself. */
function skipToMain(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("#main")?.focus();
}
