-- R1: shares drawn beforehand lie in a list; the next one is popped.
-- KEYS: pool, claims by uid, hand-over list.  ARGV: uid, packet.
-- Answers {1, amount} now, {2, amount} before, {0, 0} when none is left.
local before = redis.call('HGET', KEYS[2], ARGV[1])
if before then return {2, tonumber(before)} end
local amount = redis.call('RPOP', KEYS[1])
if not amount then return {0, 0} end
redis.call('HSET', KEYS[2], ARGV[1], amount)
local seq = redis.call('HLEN', KEYS[2])
redis.call('LPUSH', KEYS[3], ARGV[2] .. ':' .. ARGV[1] .. ':' .. amount .. ':' .. seq)
return {1, tonumber(amount)}
