import type { RedisNames } from "@netchecker/contract";
import type { WriteFenced } from "./write-fenced.ts";

/** A larger number is not a round's id. One round per second would take thirty million years to get there. */
const MAX_ID = 1e15;

/**
 * Ids only grow, even if Redis has forgotten the last one. If the key holds something that is not an id, the kept
 * rounds tell the last id. A full Redis must give an id, too. It refuses a script whose first write takes memory, but
 * not later writes (scriptVerifyOOM in Redis' script.c). So the script first deletes the key.
 */
const NEXT_ID = `
local highest = tonumber(ARGV[4])
local function idOf(text)
  local id = type(text) == "string" and tonumber(text)
  if id and id == id and id >= 0 and id <= highest and id == math.floor(id) then return id end
  return nil
end
local stored = redis.pcall("GET", KEYS[3])
if type(stored) == "table" and not isWrongType(stored) then return redis.call("GET", KEYS[3]) end
local last = stored and idOf(stored)
local isMended = stored and not last
local id = math.max(last or 0, tonumber(ARGV[3]))
local kept = redis.pcall("ZRANGE", KEYS[4], -20, -1)
for _, each in ipairs(kept.err and {} or kept) do id = math.max(id, idOf(each) or 0) end
id = id + 1
redis.call("DEL", KEYS[3])
redis.call("SET", KEYS[3], string.format("%.0f", id))
return {id, isMended and 1 or 0}`;

/**
 * Gives a new id, which is above `above`, above every id given before, and above those of all kept rounds. Calls
 * `mended` if the last id in Redis was damaged.
 */
export async function giveRoundId(
  write: WriteFenced,
  names: RedisNames,
  above: number,
  mended: () => void = () => {},
): Promise<number> {
  const reply = await write({
    body: NEXT_ID,
    keys: [names.roundId, names.rounds],
    args: [above, MAX_ID],
  });
  const [id, isMended] = reply as [number, number];
  if (isMended === 1) mended();
  return Number(id);
}
