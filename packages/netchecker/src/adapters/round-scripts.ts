/**
 * What is written of rounds, each in one step, by who holds the lease (write-fenced.ts). KEYS[3] and those that follow
 * are: the round, all kept rounds, those with every outcome, the open round, what is remembered of findings.
 */

/** What a round is when it was written. `concluded`: what was measured of it is there already. */
export type WriteMode = "measured" | "concluded" | "closed" | "head";

/**
 * ARGV: id, mode, state, memory (empty: as it is), then fields and values. Gives `stored`; `taken` where the
 * round is over already; `incomplete` where what was measured is not there. History that does not fit is refused by
 * the first write, as a whole. What is of another kind than it should be is taken away: it must not keep a
 * round from being stored.
 */
export const WRITE_ROUND = `
local id, mode, state, memory = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local known = redis.pcall("HMGET", KEYS[3], "head", "state")
local isHash = not isWrongType(known)
if isHash and known.err then return redis.call("HMGET", KEYS[3], "head") end
if isHash and known[1] and known[2] ~= "measured" then return "taken" end
if mode == "concluded" and (not isHash or redis.call("HEXISTS", KEYS[3], "plan") == 0) then return "incomplete" end
local isMended = "stored"
for at = 4, 5 do
  if isWrongType(redis.pcall("ZRANGE", KEYS[at], 0, 0)) then
    redis.call("DEL", KEYS[at])
    isMended = "mended"
  end
end
if not isHash then redis.call("DEL", KEYS[3]) end
redis.call("HSET", KEYS[3], "state", state, unpack(ARGV, 7))
redis.call("ZADD", KEYS[4], id, id)
if mode == "measured" or mode == "closed" then redis.call("ZADD", KEYS[5], id, id) end
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
 * ARGV: what a round's key begins with, how many rounds keep every outcome, how many are kept, how many are taken away
 * at once at the most. By rank, so that what was cut off is made up for by the next. Gives how many were taken away:
 * as many as that, and there may be more. It only takes away, which a full Redis allows.
 */
export const PRUNE = `
local prefix, left, done = ARGV[3], tonumber(ARGV[6]), 0
local function oldest(key, keep)
  local ids = redis.call("ZRANGE", key, 0, -keep - 1)
  return ids
end
for _, id in ipairs(oldest(KEYS[3], tonumber(ARGV[5]))) do
  if done == left then return done end
  redis.call("DEL", prefix .. id)
  redis.call("ZREM", KEYS[3], id)
  redis.call("ZREM", KEYS[4], id)
  done = done + 1
end
for _, id in ipairs(oldest(KEYS[4], tonumber(ARGV[4]))) do
  if done == left then return done end
  redis.pcall("HDEL", prefix .. id, "columns", "extras")
  redis.call("ZREM", KEYS[4], id)
  done = done + 1
end
return done`;

/**
 * KEYS[3] and those that follow: all kept rounds, those with every outcome, the open round, what is remembered of findings,
 * the last id. ARGV: what a round's key begins with, the highest id that is known, how many ids below it to look
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
