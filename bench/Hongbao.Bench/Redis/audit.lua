-- What a packet gave and has left. KEYS: pool or what is left, claims by uid.  Answers {claims, their amount, shares left, their amount}.
local given, left, count = 0, 0, 0
local amounts = redis.call('HVALS', KEYS[2])
for _, amount in ipairs(amounts) do given = given + tonumber(amount) end
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'list' then
  local shares = redis.call('LRANGE', KEYS[1], 0, -1)
  count = #shares
  for _, amount in ipairs(shares) do left = left + tonumber(amount) end
elseif kind == 'hash' then
  count = tonumber(redis.call('HGET', KEYS[1], 'count'))
  left = tonumber(redis.call('HGET', KEYS[1], 'amount'))
end
return {#amounts, given, count, left}
