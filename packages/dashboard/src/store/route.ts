import { computed, signal } from "@preact/signals";
import { hrefOf, parseRoute, type Route } from "../core/route.ts";

export const route = signal(parseRoute(location.hash));

addEventListener("hashchange", () => (route.value = parseRoute(location.hash)));

/** The round that is looked at; null is the newest. */
export const pastRound = computed(() => route.value.round);

/** The link to a place in the round that is looked at. */
export function linkTo(place: Route["place"]): string {
  return hrefOf({ round: pastRound.value, place });
}

export const nodeLink = (node: string): string => linkTo({ at: "node", node });

/** The link to the place that is looked at, in another round. */
export function linkToRound(round: number | null): string {
  const { place } = route.value;
  return hrefOf({ round, place: place.at === "finding" ? { at: "overview" } : place });
}

export function goTo(href: string): void {
  location.hash = href;
}
