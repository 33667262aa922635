"""Everything that a Redis holds, for comparing what two runs wrote."""

import redis

Value = dict[bytes, bytes] | list[tuple[bytes, float]]


def redis_dump(url: str) -> dict[str, Value]:
    """Return the content of every hash and sorted set by key; times to live are left out."""
    out: dict[str, Value] = {}
    with redis.Redis.from_url(url, protocol=2) as client:
        for key in client.scan_iter(count=1000):
            name = key.decode()
            if client.type(key) == b"zset":
                out[name] = client.zrange(key, 0, -1, withscores=True)
            else:
                out[name] = client.hgetall(key)
    return out


def differences(one: dict[str, Value], other: dict[str, Value]) -> list[str]:
    """Return the keys whose content differs, a few, and how many there are."""
    keys = sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
    told = [f"{key}: {one.get(key)!r:.200} and {other.get(key)!r:.200}" for key in keys[:5]]
    return keys and [f"{len(keys)} of {len(one)} keys differ", *told]


def forget_all(url: str) -> None:
    """Delete every key, one by one: the job's user may not flush."""
    with redis.Redis.from_url(url, protocol=2) as client:
        for key in client.scan_iter(count=1000):
            client.delete(key)
