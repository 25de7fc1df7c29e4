/** How the page gets its data. Times are of netchecker's clock, in milliseconds since 1970. */
export type Connection =
  | { readonly is: "connecting" }
  | { readonly is: "live" }
  /** Server-sent events fail, so the page asks every few seconds. */
  | { readonly is: "polling" }
  /** The netchecker that answers does not run the rounds. `why` says who does. */
  | { readonly is: "standing-by"; readonly since: number; readonly why: string }
  /** netchecker does not answer at all. */
  | { readonly is: "lost"; readonly since: number; readonly why: string };

/** Whether the page knows netchecker's current state. */
export const isTold = ({ is }: Connection): boolean => is === "live" || is === "polling";
