// What has to happen at once happens in a script, which Redis runs alone. All keys of a collection begin with its root,
// whose hash tag puts them in one slot of a cluster; KEYS[1] is the root.
//   ROOT:doc:ID      hash: v the version, b the body, e the expiry, m which indexes hold it (packed)
//   ROOT:index:NAME  sorted set: one member a document, see encode.ts
//   ROOT:expiry      sorted set by time of expiry, whose members are the packed `m`: enough to clean up by, even when
//                    the server has dropped the document itself
//   ROOT:indexes     sorted set: the indexes that living processes know, by when one said so last, see schema.ts
//   ROOT:behind      sorted set: ids of documents that some of these lack
import { createHash } from 'node:crypto'

export interface Script {
  lua: string
  sha: string
}

const prelude = `
local root = KEYS[1]
local expiry = root .. ':expiry'
local function docKey(id) return root .. ':doc:' .. id end
local function indexKey(name) return root .. ':index:' .. name end

-- The body of a document that is alive and stands at this place of the index. What the server has dropped leaves its
-- places behind, and a new document of that id does not own them.
local function at(id, name, member, now)
  local doc = redis.call('HMGET', docKey(id), 'b', 'e', 'm')
  if not doc[1] or (doc[2] and tonumber(doc[2]) <= now) then return false end
  return doc[3]:find(cmsgpack.pack(name) .. cmsgpack.pack(member), 1, true) and doc[1]
end

-- Takes a document out of its indexes, but for the places in keep.
local function unlist(packed, keep)
  local list = cmsgpack.unpack(packed)
  for i = 2, #list, 2 do
    if not (keep and keep:find(cmsgpack.pack(list[i]) .. cmsgpack.pack(list[i + 1]), 1, true)) then
      redis.call('ZREM', indexKey(list[i]), list[i + 1])
    end
  end
  redis.call('ZREM', expiry, packed)
end

local function drop(id)
  local packed = redis.call('HGET', docKey(id), 'm')
  if not packed then return false end
  unlist(packed)
  redis.call('ZREM', root .. ':behind', id)
  return redis.call('DEL', docKey(id)) == 1
end

-- The id behind so many fields: see encode.ts.
local function idOf(member, fields)
  local at = 1
  for _ = 1, fields do
    local tag = member:byte(at)
    at = at + 1
    if tag == 4 then at = at + 8 end
    if tag == 5 then
      repeat
        at = member:find('\\0', at, true) + 1
        local inside = member:byte(at) == 255
        if inside then at = at + 1 end
      until not inside
    end
  end
  return member:sub(at)
end
`

/**
 * Writes a document. ARGV: id, the version that must be there ('' for none), the new version, body, expiry ('' for none),
 * milliseconds to live, now, how many indexes the writer knows; then for each index its name, the encoded fields where it
 * is unique ('' elsewhere), and the member.
 * Answers `ok`; `changed` for another version; or the number of the unique index that is broken, 0 for the id.
 */
export const put = script(`
local id, expected, version, body, expires, ttl, now, known = unpack(ARGV, 1, 8)
local key, FIRST = docKey(id), 9
now = tonumber(now)
local found = redis.call('HMGET', key, 'v', 'e', 'm')
if expected == '' then
  if found[1] and not (found[2] and tonumber(found[2]) <= now) then return '0' end
elseif found[1] ~= expected then
  return 'changed'
end

for i = FIRST, #ARGV, 3 do
  local name, unique = ARGV[i], ARGV[i + 1]
  if unique ~= '' then
    for _, member in ipairs(redis.call('ZRANGEBYLEX', indexKey(name), '[' .. unique, '(' .. unique .. '\\255')) do
      local holder = member:sub(#unique + 1)
      if holder ~= id then
        if at(holder, name, member, now) then return tostring((i - FIRST) / 3) end
        redis.call('ZREM', indexKey(name), member)
      end
    end
  end
end

local list = { id }
for i = FIRST, #ARGV, 3 do
  list[#list + 1] = ARGV[i]
  list[#list + 1] = ARGV[i + 2]
end
local packed = cmsgpack.pack(list)
-- First, since a server that is full refuses it, and takes the rest of a script that has already written.
redis.call('HSET', key, 'v', version, 'b', body, 'm', packed)
if found[3] ~= packed then
  if found[3] then unlist(found[3], packed) end
  for i = 2, #list, 2 do redis.call('ZADD', indexKey(list[i]), 0, list[i + 1]) end
end
if expires == '' then
  redis.call('HDEL', key, 'e')
  redis.call('PERSIST', key)
  redis.call('ZREM', expiry, packed)
else
  redis.call('HSET', key, 'e', expires)
  redis.call('PEXPIRE', key, ttl)
  redis.call('ZADD', expiry, expires, packed)
end
if redis.call('ZCARD', root .. ':indexes') == tonumber(known) then
  redis.call('ZREM', root .. ':behind', id)
else
  redis.call('ZADD', root .. ':behind', 0, id)
end
return 'ok'
`)

/** Removes a document that is alive. ARGV: id, now. Answers 1 or 0. */
export const remove = script(`
local expires = redis.call('HGET', docKey(ARGV[1]), 'e')
if expires and tonumber(expires) <= tonumber(ARGV[2]) then return 0 end
return drop(ARGV[1]) and 1 or 0
`)

/** ARGV: now, the index and how many fields it has, min, max, `asc` or `desc`, limit. Answers the bodies. */
export const find = script(`
local name, fields, min, max, limit = ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5], tonumber(ARGV[7])
local bodies = {}
while #bodies < limit do
  local chunk = limit - #bodies
  local members = ARGV[6] == 'asc' and redis.call('ZRANGEBYLEX', indexKey(name), min, max, 'LIMIT', 0, chunk)
    or redis.call('ZREVRANGEBYLEX', indexKey(name), max, min, 'LIMIT', 0, chunk)
  for _, member in ipairs(members) do
    local body = at(idOf(member, fields), name, member, tonumber(ARGV[1]))
    if body then bodies[#bodies + 1] = body end
  end
  if #members < chunk then return bodies end
  if ARGV[6] == 'asc' then min = '(' .. members[#members] else max = '(' .. members[#members] end
end
return bodies
`)

/** Counts a batch. ARGV: now, the index and how many fields it has, min, max, limit. Answers the count, and in hex where to go on. */
export const count = script(`
local name, limit, alive = ARGV[2], tonumber(ARGV[6]), 0
local members = redis.call('ZRANGEBYLEX', indexKey(name), ARGV[4], ARGV[5], 'LIMIT', 0, limit)
for _, member in ipairs(members) do
  if at(idOf(member, tonumber(ARGV[3])), name, member, tonumber(ARGV[1])) then alive = alive + 1 end
end
if #members < limit then return { alive } end
return { alive, (('(' .. members[#members]):gsub('.', function(c) return ('%02x'):format(c:byte()) end)) }
`)

/** Removes what stands in a stretch of an index, alive or not. ARGV: the index and its fields, min, max, limit. */
export const removeAll = script(`
local members = redis.call('ZRANGEBYLEX', indexKey(ARGV[1]), ARGV[3], ARGV[4], 'LIMIT', 0, ARGV[5])
for _, member in ipairs(members) do
  local id = idOf(member, tonumber(ARGV[2]))
  if at(id, ARGV[1], member, -math.huge) then drop(id) else redis.call('ZREM', indexKey(ARGV[1]), member) end
end
return #members
`)

/** Removes what had expired. ARGV: now, limit. */
export const removeExpired = script(`
local due = redis.call('ZRANGEBYSCORE', expiry, '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, packed in ipairs(due) do
  local id = cmsgpack.unpack(packed)[1]
  local current = redis.call('HGET', docKey(id), 'm')
  if current == packed then drop(id) else unlist(packed, current) end
end
return #due
`)

function script(body: string): Script {
  const lua = prelude + body
  return { lua, sha: createHash('sha1').update(lua).digest('hex') }
}
