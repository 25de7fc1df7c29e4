import { computed, signal } from "@preact/signals";
import { hrefOf, parseRoute, type Route } from "../core/route.ts";

export const route = signal(parseRoute(location.hash));

addEventListener("hashchange", () => (route.value = parseRoute(location.hash)));

/** The id of the past round that is shown; null is the newest. */
export const pastRound = computed(() => route.value.round);

/** The link to a place in the shown round. */
export function linkTo(place: Route["place"]): string {
  return hrefOf({ round: pastRound.value, place });
}

export const nodeLink = (node: string): string => linkTo({ at: "node", node });

/** The link to the shown place in another round. */
export function linkToRound(round: number | null): string {
  const { place } = route.value;
  return hrefOf({ round, place: place.at === "finding" ? { at: "overview" } : place });
}

export function goTo(href: string): void {
  location.hash = href;
}
