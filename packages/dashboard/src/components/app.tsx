import { shownIsOld } from "../store/first-line.ts";
import { mesh, meshError } from "../store/mesh.ts";
import { goTo, linkTo, route } from "../store/route.ts";
import { needsToken } from "../store/session.ts";
import { Findings } from "./findings.tsx";
import { FirstLine } from "./first-line.tsx";
import { Header } from "./header.tsx";
import { Measured, Missing } from "./measured.tsx";
import { MeshSection } from "./mesh-section.tsx";
import { NodePage } from "./node-page.tsx";
import { NoticeList } from "./notice-list.tsx";
import { PairDialog } from "./pair-dialog.tsx";
import { TimelineStrip } from "./timeline-strip.tsx";
import { TokenForm } from "./token-form.tsx";

/** The page: the verdict, the findings and the mesh; or one node. */
export function App() {
  const { place } = route.value;
  const shown = mesh.value;
  const old = shownIsOld.value;
  if (needsToken.value) return <TokenForm />;
  return (
    <>
      <a class="skip" href="#main" onClick={skipToMain}>
        Skip to what is broken
      </a>
      <Header />
      <FirstLine />
      <NoticeList />
      <TimelineStrip />
      <main id="main" tabIndex={-1} class={old ? "old" : ""}>
        {old && <p class="shown-is-old">{old}</p>}
        {!shown ? (
          <p class="waiting" role="status">
            {meshError.value ?? "Loading …"}
          </p>
        ) : place.at === "node" ? (
          <NodePage mesh={shown} name={place.node} />
        ) : (
          <div class="overview">
            <section class="findings" aria-label="Findings and numbers">
              <Findings mesh={shown} />
              <Measured mesh={shown} />
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

/** Hashes are routes here, so a link to an element cannot move the focus by itself. */
function skipToMain(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("#main")?.focus();
}
