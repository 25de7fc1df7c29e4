/**
 * The scripts that write rounds. Each is one step, and writes only while the lease is held (write-fenced.ts).
 */

/**
 * What is written of a round. `concluded` adds to what was measured, which must be stored already; `closed` has both.
 */
export type WriteMode = "measured" | "concluded" | "closed" | "head";

/**
 * Writes a round. KEYS from 3 on: the round, all kept rounds, those with every outcome, the open round, the memory, the
 * requested rounds. ARGV from 3 on: id, mode, state, memory (empty: it stays as it is), whether the round was requested,
 * then fields and values. Returns `stored`, `taken` if the round is finished already, or `incomplete` if its measured
 * fields are missing. If Redis is full, it refuses the first write, and nothing is written. Keys of a wrong type are
 * removed, because no round could be stored beside them; the script then returns `mended` instead of `stored`.
 */
export const WRITE_ROUND = `
local id, mode, state, memory, isRequested = ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7] == "1"
local known = redis.pcall("HMGET", KEYS[3], "head", "state")
local isHash = not isWrongType(known)
if isHash and known.err then return redis.call("HMGET", KEYS[3], "head") end
if isHash and known[1] and known[2] ~= "measured" then return "taken" end
if mode == "concluded" and (not isHash or redis.call("HEXISTS", KEYS[3], "plan") == 0) then return "incomplete" end
local isMended = "stored"
for _, key in ipairs({KEYS[4], KEYS[5], KEYS[8]}) do
  if isWrongType(redis.pcall("ZRANGE", key, 0, 0)) then
    redis.call("DEL", key)
    isMended = "mended"
  end
end
if not isHash then redis.call("DEL", KEYS[3]) end
redis.call("HSET", KEYS[3], "state", state, unpack(ARGV, 8))
redis.call("ZADD", KEYS[4], id, id)
if mode == "measured" or mode == "closed" then redis.call("ZADD", KEYS[5], id, id) end
if isRequested then redis.call("ZADD", KEYS[8], id, id) end
if memory ~= "" then redis.call("SET", KEYS[7], memory) end
if mode == "measured" then return isMended end
local open = redis.pcall("GET", KEYS[6])
local isRead, round = pcall(cjson.decode, open)
if open and (not isRead or type(round) ~= "table" or round.id == tonumber(id)) then redis.call("DEL", KEYS[6]) end
return isMended`;

/** KEYS[3]: the memory. ARGV[3]: its new value. */
export const WRITE_MEMORY = `
redis.call("SET", KEYS[3], ARGV[3])
return "stored"`;

/** Counts one more attempt to conclude a round. KEYS[3]: the round. */
export const BEGIN_CONCLUDING = `
local begun = tonumber(redis.call("HGET", KEYS[3], "begun") or "") or 0
if redis.call("HGET", KEYS[3], "state") == "measured" then redis.call("HSET", KEYS[3], "begun", begun + 1) end
return begun`;

/**
 * Removes old rounds. KEYS from 3 on: all kept rounds, those with every outcome, the requested rounds. ARGV from 3 on:
 * the prefix of a round's key; how many rounds keep every outcome; how many rounds are kept; how many removals one call
 * makes at most; how many requested rounds keep every outcome; how many requested rounds are kept. Requested rounds are
 * counted separately, so that they do not push out scheduled ones. Rounds are chosen by rank, so that a later call
 * removes what this one did not. Returns the number of removals. If it equals the maximum, there may be more to remove.
 * The script only deletes, which a full Redis allows.
 */
export const PRUNE = `
local prefix, most, done = ARGV[3], tonumber(ARGV[6]), 0
local requested, isRequested = redis.call("ZRANGE", KEYS[5], 0, -1), {}
for _, id in ipairs(requested) do isRequested[id] = true end
local function drop(id)
  redis.call("DEL", prefix .. id)
  for at = 3, 5 do redis.call("ZREM", KEYS[at], id) end
  done = done + 1
end
local function slim(id)
  if redis.call("ZREM", KEYS[4], id) == 0 then return end
  redis.pcall("HDEL", prefix .. id, "columns", "extras")
  done = done + 1
end
for at, id in ipairs(requested) do
  if done >= most then return done end
  if at <= #requested - tonumber(ARGV[8]) then drop(id)
  elseif at <= #requested - tonumber(ARGV[7]) then slim(id) end
end
local oldest = redis.call("ZRANGE", KEYS[3], 0, -tonumber(ARGV[5]) - 1)
local surplus = #oldest - math.min(#requested, tonumber(ARGV[8]))
for _, id in ipairs(oldest) do
  if surplus <= 0 then break end
  if done >= most then return done end
  if not isRequested[id] then
    drop(id)
    surplus = surplus - 1
  end
end
local full, scheduled = redis.call("ZRANGE", KEYS[4], 0, -1), {}
for _, id in ipairs(full) do if not isRequested[id] then scheduled[#scheduled + 1] = id end end
for at = 1, #scheduled - tonumber(ARGV[4]) do
  if done >= most then return done end
  slim(scheduled[at])
end
return done`;

/**
 * Removes keys of a wrong type. If one of them was a list of rounds, that list is made anew from the stored rounds. KEYS
 * from 3 on: all kept rounds, those with every outcome, the open round, the memory, the last id, the requested rounds.
 * ARGV from 3 on: the prefix of a round's key, the highest known id, how many ids below it to look at. Returns the keys
 * that it mended.
 */
export const MEND = `
local mended = {}
local function mend(key, command, ...)
  if not isWrongType(redis.pcall(command, key, ...)) then return false end
  redis.call("DEL", key)
  mended[#mended + 1] = key
  return true
end
mend(KEYS[5], "GET")
mend(KEYS[6], "GET")
mend(KEYS[7], "GET")
mend(KEYS[8], "ZRANGE", 0, 0)
local isListLost = mend(KEYS[3], "ZRANGE", 0, 0)
local isFullLost = mend(KEYS[4], "ZRANGE", 0, 0)
if not isListLost and not isFullLost then return mended end
local highest = tonumber(ARGV[4])
for id = math.max(1, highest - tonumber(ARGV[5])), highest do
  local name = string.format("%.0f", id)
  local key = ARGV[3] .. name
  if redis.pcall("HEXISTS", key, "head") == 1 then
    if isListLost then redis.call("ZADD", KEYS[3], name, name) end
    if isFullLost and redis.call("HEXISTS", key, "columns") == 1 then redis.call("ZADD", KEYS[4], name, name) end
  end
end
return mended`;
