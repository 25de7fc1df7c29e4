/** Lines for a shell script: makes (or replaces) a table of nftables with these chains, all at once. */
export function nftTable(family: "ip" | "netdev", name: string, body: string): string {
  const table = `${family} ${name}`;
  return `nft -f - <<'NFT'\ntable ${table}\ndelete table ${table}\ntable ${table} {\n${body}\n}\nNFT\n`;
}

export const dropNftTable = (family: "ip" | "netdev", name: string) =>
  `nft delete table ${family} ${name}\n`;
