import { ago, duration } from "../core/age.ts";
import { isTold } from "../core/connection.ts";
import { checkNow, checkNowError, progress } from "../store/check-now.ts";
import { connection, now, state } from "../store/live.ts";
import { switchTheme, theme } from "../store/view.ts";
import { Icon } from "./icon.tsx";

/** The product's name, the age of the data, and the button that checks now. */
export function Header() {
  return (
    <header class="bar">
      <a class="brand" href="#/">
        <Icon name="mark" />
        netChecker
      </a>
      <Age />
      <div class="actions">
        <CheckNow />
        <button
          type="button"
          class="icon-button"
          aria-label={theme.value === "dark" ? "Light colours" : "Dark colours"}
          onClick={switchTheme}
        >
          <Icon name={theme.value === "dark" ? "sun" : "moon"} />
        </button>
      </div>
    </header>
  );
}

const CONNECTION_WORDS = {
  connecting: "connecting",
  live: "live",
  polling: "asking every 5 s",
  "standing-by": "it stands by",
  lost: "no connection",
} as const;

function Age() {
  const shown = state.value?.shown;
  const { is } = connection.value;
  return (
    <p class="age">
      {shown ? (
        <>
          Round {shown.id}, <span class="ticking">{ago(shown.at, now.value)}</span>
        </>
      ) : (
        "No round yet"
      )}
      <span class={`how ${is}`}>{CONNECTION_WORDS[is]}</span>
    </p>
  );
}

function CheckNow() {
  const open = progress.value;
  return (
    <>
      {checkNowError.value && (
        <p class="check-error" role="alert">
          {checkNowError.value}
        </p>
      )}
      <button
        type="button"
        class="check-now"
        disabled={open !== null || !isTold(connection.value)}
        onClick={() => void checkNow()}
      >
        {open ? (
          <>
            <progress max={1} value={open.share} aria-label="Progress of the open round" />
            {open.id === null
              ? "Starting …"
              : `Round ${open.id}, ${duration(Math.floor(open.elapsedMs / 1_000) * 1_000)}`}
          </>
        ) : (
          "Check now"
        )}
      </button>
    </>
  );
}
