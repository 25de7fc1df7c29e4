/** What the page shows: a round (null is the newest), and a place in it. */
export interface Route {
  readonly round: number | null;
  readonly place:
    | { readonly at: "overview" }
    | { readonly at: "node"; readonly node: string }
    | { readonly at: "pair"; readonly from: string; readonly to: string }
    | { readonly at: "finding"; readonly id: string };
}

const OVERVIEW = { at: "overview" } as const;

/**
 * `#/round/42/node/NAME` → a route. It ignores parts that it does not know, so that an old link
 * still shows something.
 */
export function parseRoute(hash: string): Route {
  const parts = hash
    .replace(/^#?\/?/, "")
    .split("/")
    .filter(Boolean)
    .map(decode);
  const [first, id] = parts;
  const isRound = first === "round" && /^[1-9]\d{0,14}$/.test(id ?? "");
  const [kind, one, two] = first === "round" ? parts.slice(2) : parts;
  const round = isRound ? Number(id) : null;
  if (kind === "node" && one) return { round, place: { at: "node", node: one } };
  if (kind === "pair" && one && two) return { round, place: { at: "pair", from: one, to: two } };
  if (kind === "finding" && one) return { round, place: { at: "finding", id: one } };
  return { round, place: OVERVIEW };
}

/** A route → the link to it. */
export function hrefOf({ round, place }: Route): string {
  const parts = [...(round === null ? [] : ["round", String(round)]), ...partsOf(place)];
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

function partsOf(place: Route["place"]): string[] {
  if (place.at === "node") return ["node", place.node];
  if (place.at === "pair") return ["pair", place.from, place.to];
  return place.at === "finding" ? ["finding", place.id] : [];
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
