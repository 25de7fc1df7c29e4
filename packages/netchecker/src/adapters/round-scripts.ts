/**
 * What is written of rounds, each in one step, by who holds the lease (write-fenced.ts). KEYS[3] and those that follow
 * are: the round, all kept rounds, those with every outcome, the open round, what is remembered of findings, the rounds
 * that were asked for.
 */

/** What a round is when it was written. `concluded`: what was measured of it is there already. */
export type WriteMode = "measured" | "concluded" | "closed" | "head";

/**
 * ARGV: id, mode, state, memory (empty: as it is), whether it was asked for, then fields and values. Gives `stored`; `taken` where the
 * round is over already; `incomplete` where what was measured is not there. History that does not fit is refused by
 * the first write, as a whole. What is of another kind than it should be is taken away: it must not keep a
 * round from being stored.
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

/** ARGV: what is remembered of findings. */
export const WRITE_MEMORY = `
redis.call("SET", KEYS[3], ARGV[3])
return "stored"`;

/** KEYS[3]: the round. */
export const BEGIN_CONCLUDING = `
local begun = tonumber(redis.call("HGET", KEYS[3], "begun") or "") or 0
if redis.call("HGET", KEYS[3], "state") == "measured" then redis.call("HSET", KEYS[3], "begun", begun + 1) end
return begun`;

/**
 * KEYS[3] and those that follow: all kept rounds, those with every outcome, those that were asked for. ARGV: what a
 * round's key begins with, how many rounds keep every outcome, how many are kept, how many are taken away at once at
 * the most, and how many of those that were asked for keep every outcome and are kept: beside the others, so that they push none
 * of them out. By rank, so that what was cut off is made up for by the next. Gives how many were taken away: as many as
 * that, and there may be more. It only takes away, which a full Redis allows.
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
 * KEYS[3] and those that follow: all kept rounds, those with every outcome, the open round, what is remembered of findings,
 * the last id, those that were asked for. ARGV: what a round's key begins with, the highest id that is known, how many ids below it to look
 * at. Takes away what is of another kind than it should be, and makes the lists of rounds anew from the rounds where
 * they were. Gives the keys that it mended.
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
