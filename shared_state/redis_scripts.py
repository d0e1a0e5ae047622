"""What Redis does in one step, in Lua. Rules S7 to S12 of docs/SPEC.md.

All keys of a room carry its name in braces, so that a Cluster keeps them together. Every script answers {room, result}:
the name comes back with the result, and a reply that was meant for somebody else is recognised.

Each script is sent whole: they are short, run a few times a second, and nothing has to be loaded again after a restart.
"""

from __future__ import annotations

from typing import Final

ACQUIRE: Final = """
-- KEYS lease, fence.  ARGV room, worker, ttl in ms.  Result: the new token, or nil while it is held by another worker.
local held = redis.call('GET', KEYS[1])
if held and string.match(held, '^%d+:(.*)$') ~= ARGV[2] then return {ARGV[1], false} end
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local previous = tonumber(redis.call('GET', KEYS[2]) or 0)
-- From the clock, so that it grows through a flush; from the previous one, so that it grows when the clock steps back.
local token = string.format('%.0f', math.max(previous + 1, now_ms))
redis.call('SET', KEYS[2], token)
redis.call('SET', KEYS[1], token .. ':' .. ARGV[2], 'PX', ARGV[3])
return {ARGV[1], token}
"""

RENEW: Final = """
-- KEYS lease.  ARGV room, token:worker, ttl in ms.  Result: 1, or 0 when it is no longer ours.
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return {ARGV[1], 0} end
return {ARGV[1], redis.call('PEXPIRE', KEYS[1], ARGV[3])}
"""

RELEASE: Final = """
-- KEYS lease.  ARGV room, token:worker.  Result: 1, or 0 when it was no longer ours.
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return {ARGV[1], 0} end
return {ARGV[1], redis.call('DEL', KEYS[1])}
"""

WRITE: Final = """
-- KEYS fence, target.  ARGV room, token, number of this write, value.  Result: 1, or 0 when the token is an old one.
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return {ARGV[1], 0} end
local last = redis.call('HMGET', KEYS[2], 'token', 'number')
-- A write that its sender gave up on may arrive after a later one: it must not undo it.
if last[1] == ARGV[2] and tonumber(last[2]) >= tonumber(ARGV[3]) then return {ARGV[1], 1} end
redis.call('HSET', KEYS[2], 'token', ARGV[2], 'number', ARGV[3], 'value', ARGV[4])
return {ARGV[1], 1}
"""
