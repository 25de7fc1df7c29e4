import { signal } from "@preact/signals";
import { createApi } from "../adapters/api.ts";

const KEY = "netchecker-token";

/** The API token. It is kept until the tab is closed. */
export const token = signal(sessionStorage.getItem(KEY));

/** Whether netchecker asks for a token, because none or a wrong one was given. */
export const needsToken = signal(false);

export const api = createApi(() => token.value);

export function giveToken(given: string): void {
  sessionStorage.setItem(KEY, given);
  tokenWasRefused.value = false;
  token.value = given;
  needsToken.value = false;
}

/** Whether the given token is wrong. */
export const tokenWasRefused = signal(false);

export function refuseToken(): void {
  // Several requests can be refused with the same token.
  if (!needsToken.value) tokenWasRefused.value = token.value !== null;
  sessionStorage.removeItem(KEY);
  token.value = null;
  needsToken.value = true;
}
