import type { LabState } from "../../namespaces/lab-state.ts";
import { UsageError } from "../command.ts";

/** What is put before a command so that it runs at a place. Throws a {@link UsageError} where there is no such place. */
export function entering(place: string | undefined, state: LabState): string[] {
  const pid = place === undefined ? undefined : placesOf(state).get(place);
  if (pid !== undefined) return ["nsenter", `--target=${pid}`, "--net", "--mount", "--"];
  const nodes = state.nodes.map(({ name }) => name).join(", ");
  const allowed = `${nodes}, each with /ping or /pong for its pods; control, gateway, fabric`;
  throw new UsageError([
    place === undefined
      ? `No place is given; allowed: ${allowed}`
      : `${JSON.stringify(place)} is no place; allowed: ${allowed}`,
  ]);
}

/** Each place's name, and a process in its namespace. */
function placesOf({ nodes, control, gateway, fabric }: LabState): Map<string, number> {
  const places = Object.entries({ control, gateway, fabric });
  for (const node of nodes) {
    const { name, ping, pong } = node;
    places.push([name, node], [`${name}/ping`, ping], [`${name}/pong`, pong]);
  }
  return new Map(places.map(([name, { namespacePid }]) => [name, namespacePid]));
}
