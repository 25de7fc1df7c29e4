import type { State } from "@netchecker/contract";
import { effect, signal } from "@preact/signals";
import { followState } from "../adapters/follow-state.ts";
import { type Connection, isTold } from "../core/connection.ts";
import { api, needsToken, refuseToken, token } from "./session.ts";

/** The last state that netchecker sent. */
export const state = signal<State | null>(null);
export const connection = signal<Connection>({ is: "connecting" });

/** netchecker's clock in milliseconds since 1970. It ticks every second. */
export const now = signal(Date.now());

let offset = 0;
let heardAt = Date.now();
/** Longer than the follower waits in silence. A machine that slept does not notice the silence. */
const DEAF_AFTER_MS = 75_000;

/** Follows netchecker as long as the page exists. It starts again with each new token. */
export function startFollowing(): void {
  setInterval(() => {
    now.value = Date.now() + offset;
    if (isTold(connection.peek()) && Date.now() - heardAt > DEAF_AFTER_MS)
      connection.value = { is: "lost", since: heardAt + offset, why: "nothing has come from it." };
  }, 1_000);
  effect(() => {
    void token.value;
    if (needsToken.value) return;
    const ended = new AbortController();
    void followState(
      api,
      {
        state(told) {
          offset = Date.parse(told.now) - Date.now();
          now.value = Date.parse(told.now);
          state.value = told;
        },
        connection(told) {
          if (isTold(told)) heardAt = Date.now();
          connection.value = "since" in told ? { ...told, since: told.since + offset } : told;
        },
        unauthorized: refuseToken,
      },
      ended.signal,
    );
    return () => ended.abort();
  });
}
