import type { Namespace } from "./namespace.ts";

type Family = "ip" | "netdev";

/** Lines for a shell script: makes (or replaces) a table of nftables with these chains, all at once. */
export function nftTable(family: Family, name: string, body: string): string {
  const table = `${family} ${name}`;
  return `nft -f - <<'NFT'\ntable ${table}\ndelete table ${table}\ntable ${table} {\n${body}\n}\nNFT\n`;
}

/** Adds a table of nftables with these chains. Undoing removes it. */
export async function addTable(
  namespace: Namespace,
  family: Family,
  name: string,
  chains: readonly string[],
  undo: AsyncDisposableStack,
): Promise<void> {
  undo.defer(async () => {
    // The tables of a node that was removed are gone already.
    await namespace.run(`nft delete table ${family} ${name}\n`).catch(() => {});
  });
  await namespace.run(nftTable(family, name, chains.join("\n")));
}
