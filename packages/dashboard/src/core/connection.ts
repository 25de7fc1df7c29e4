/** How the page gets its news. Times are of netchecker's clock, milliseconds since 1970. */
export type Connection =
  | { readonly is: "connecting" }
  | { readonly is: "live" }
  /** Server-sent events fail; it asks every few seconds. */
  | { readonly is: "polling" }
  /** What answers is a netchecker that does not run the rounds, and `why` says who does. */
  | { readonly is: "standing-by"; readonly since: number; readonly why: string }
  /** netchecker does not answer at all. */
  | { readonly is: "lost"; readonly since: number; readonly why: string };

/** Whether netchecker tells the page how it is now. */
export const isTold = ({ is }: Connection): boolean => is === "live" || is === "polling";
