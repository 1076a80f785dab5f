-- R2: the amount is drawn from what is left when somebody asks.
-- KEYS: what is left (hash of amount and count), claims by uid, hand-over list.  ARGV: uid, packet, a random integer of the caller.
-- Answers {1, amount} now, {2, amount} before, {0, 0} when none is left.
local before = redis.call('HGET', KEYS[2], ARGV[1])
if before then return {2, tonumber(before)} end
local left = redis.call('HMGET', KEYS[1], 'count', 'amount')
local count, rest = tonumber(left[1] or '0'), tonumber(left[2] or '0')
if count <= 0 then return {0, 0} end
local amount = rest
if count > 1 then
  local high = math.max(1, math.min(math.floor(2 * rest / count), rest - (count - 1)))
  amount = 1 + tonumber(ARGV[3]) % high
end
redis.call('HSET', KEYS[1], 'count', count - 1, 'amount', rest - amount)
redis.call('HSET', KEYS[2], ARGV[1], amount)
local seq = redis.call('HLEN', KEYS[2])
redis.call('LPUSH', KEYS[3], ARGV[2] .. ':' .. ARGV[1] .. ':' .. amount .. ':' .. seq)
return {1, amount}
