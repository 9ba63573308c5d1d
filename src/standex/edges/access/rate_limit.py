"""Token buckets: how often somebody may try, with a bounded memory of who did."""

import ipaddress
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import final

from standex.edges.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How often.

    Attributes:
        burst: tries at once.
        per_s: tries a second in the long run.
    """

    burst: int
    per_s: float

    def __post_init__(self) -> None:
        if self.burst < 1 or not self.per_s > 0:
            raise ValueError(
                f"a rate needs burst >= 1 and per_s > 0, not {self.burst} and {self.per_s}"
            )


@dataclass(slots=True, kw_only=True)
class _Bucket:
    tokens: float
    t_utc_ns: int


@final
class RateLimiter:
    """A bucket of tokens for each key; from any thread.

    A clock that is set back fills no bucket, and empties none.
    """

    def __init__(self, rate: Rate, *, clock: Clock, max_keys: int = 10_000) -> None:
        self._rate = rate
        self._clock = clock
        self._max_keys = max_keys
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str, n: int = 1) -> float:
        """Take tokens; return 0, or the seconds to wait when there are too few, and take none.

        Raises:
            ValueError: more are asked for than a bucket ever holds.
        """
        if not 1 <= n <= self._rate.burst:
            raise ValueError(f"n must be 1 to {self._rate.burst}, not {n}")
        with self._lock:
            bucket = self._filled(key)
            if bucket.tokens < n:
                return (n - bucket.tokens) / self._rate.per_s
            bucket.tokens -= n
            return 0.0

    def give_back(self, key: str, n: int = 1) -> None:
        """Put tokens back: the try did not count after all."""
        with self._lock:
            bucket = self._filled(key)
            bucket.tokens = min(self._rate.burst, bucket.tokens + n)

    def __len__(self) -> int:
        """Return how many keys are remembered."""
        return len(self._buckets)

    def _filled(self, key: str) -> _Bucket:
        now = self._clock.utc_ns()
        bucket = self._buckets.get(key)
        if bucket is None:
            # The one unused for longest goes: with so many keys it is likely full by now.
            while len(self._buckets) >= self._max_keys:
                self._buckets.popitem(last=False)
            bucket = self._buckets[key] = _Bucket(tokens=self._rate.burst, t_utc_ns=now)
        self._buckets.move_to_end(key)
        dt_s = max(0, now - bucket.t_utc_ns) * 1e-9
        bucket.tokens = min(self._rate.burst, bucket.tokens + dt_s * self._rate.per_s)
        bucket.t_utc_ns = now
        return bucket


def address_key(address: str) -> str:
    """Return what stands for whoever is behind an address: itself, or the network of an IPv6 one.

    One customer has a whole /64 of IPv6 addresses: each of them for itself would be no limit.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.IPv6Network((ip, 64), strict=False))
    return str(ip)
