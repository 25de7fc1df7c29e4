import { signal } from "@preact/signals";
import { createApi } from "../adapters/api.ts";

const KEY = "netchecker-token";

/** The API token. It lives as long as the tab. */
export const token = signal(sessionStorage.getItem(KEY));

/** Whether netchecker asks for a token: none was given, or a wrong one. */
export const needsToken = signal(false);

export const api = createApi(() => token.value);

export function giveToken(given: string): void {
  sessionStorage.setItem(KEY, given);
  tokenWasRefused.value = false;
  token.value = given;
  needsToken.value = false;
}

/** Whether the token that was given is a wrong one. */
export const tokenWasRefused = signal(false);

export function refuseToken(): void {
  // Several requests can be refused with the same one.
  if (!needsToken.value) tokenWasRefused.value = token.value !== null;
  sessionStorage.removeItem(KEY);
  token.value = null;
  needsToken.value = true;
}
