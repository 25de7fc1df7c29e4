import { useState } from "preact/hooks";
import { giveToken, tokenWasRefused } from "../store/session.ts";

/** Asks for the API token. The token is kept until the tab is closed. */
export function TokenForm() {
  const [given, setGiven] = useState("");
  return (
    <main class="token">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (given.trim() !== "") giveToken(given.trim());
        }}
      >
        <h1>netChecker asks for its token</h1>
        <p id="token-help">
          The value of <code>API_TOKEN</code> that netchecker was started with. It is kept in this
          tab only.
        </p>
        <label for="token">API token</label>
        {tokenWasRefused.value && (
          <p class="bad" role="alert">
            It was refused: that is not the token.
          </p>
        )}
        <input
          id="token"
          type="password"
          autocomplete="off"
          aria-describedby="token-help"
          value={given}
          onInput={({ currentTarget }) => setGiven(currentTarget.value)}
        />
        <button type="submit">Show the page</button>
      </form>
    </main>
  );
}
