import { signal } from "@preact/signals";
import type { Choice } from "../core/mesh/layers.ts";
import type { Grouping } from "../core/mesh/axis.ts";
import type { Theme } from "../core/mesh/looks.ts";

export type View = "outcome" | "latency" | "attempts";

/** What the heat map shows. */
export const view = signal<View>("outcome");
export const choice = signal<Choice>({ layer: "worst", family: "both" });
/** null: chosen by the number of nodes. */
export const grouping = signal<Grouping | null>(null);

const KEY = "netchecker-theme";
const darkIsPreferred = matchMedia("(prefers-color-scheme: dark)");
const kept = localStorage.getItem(KEY);

export const theme = signal<Theme>(
  kept === "light" || kept === "dark" ? kept : darkIsPreferred.matches ? "dark" : "light",
);
document.documentElement.dataset["theme"] = theme.value;

darkIsPreferred.addEventListener("change", ({ matches }) => {
  if (localStorage.getItem(KEY) === null) show(matches ? "dark" : "light");
});

/** Switches to the other theme, now and for the next visit. */
export function switchTheme(): void {
  const next = theme.value === "dark" ? "light" : "dark";
  localStorage.setItem(KEY, next);
  show(next);
}

function show(next: Theme): void {
  theme.value = next;
  document.documentElement.dataset["theme"] = next;
}
