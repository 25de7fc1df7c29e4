import type { Namespace } from "../namespaces/network/namespace.ts";
import { dropNftTable, nftTable } from "../namespaces/network/nft.ts";
import type { Undo } from "./undo.ts";

/** Adds a table of nftables with these chains. Undoing removes it. */
export async function addTable(
  namespace: Namespace,
  family: "ip" | "netdev",
  name: string,
  chains: readonly string[],
  undo: Undo,
): Promise<void> {
  undo.defer(async () => {
    // The tables of a node that was removed are gone already.
    await namespace.run(dropNftTable(family, name)).catch(() => {});
  });
  await namespace.run(nftTable(family, name, chains.join("\n")));
}
