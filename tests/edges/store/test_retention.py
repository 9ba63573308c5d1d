import math

import pytest

from standex.edges.store.contract import DataClass, StoreError
from standex.edges.store.retention import LONGEST_S, Retention


def test_the_defaults_are_those_of_the_design() -> None:
    hours = {
        name: None if (s := Retention().seconds(DataClass(name))) is None else s / 3600
        for name in ("raw", "track", "alarm", "account")
    }
    assert hours == {"raw": 0.0, "track": 0.25, "alarm": 72.0, "account": None}
    assert Retention().expires_utc_ns(DataClass.TRACK, 5) == 5 + 900 * 10**9
    assert Retention().expires_utc_ns(DataClass.RAW, 5) == 5
    assert Retention().expires_utc_ns(DataClass.ACCOUNT, 5) == 0


@pytest.mark.parametrize("data_class", sorted(LONGEST_S))
def test_no_class_may_stay_longer_than_its_limit(data_class) -> None:
    name, longest_s = f"{data_class.value}_s", LONGEST_S[data_class]
    Retention(**{name: longest_s})
    for wrong in (longest_s + 1, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match=name):
            Retention(**{name: wrong})


def test_an_audit_may_not_be_short() -> None:
    with pytest.raises(ValueError, match="audit_s"):
        Retention(audit_s=3600.0)


def test_each_deletion_is_proven(store, kept) -> None:
    retention, proofs = Retention(track_s=60.0), []
    for i, data_class in enumerate([DataClass.TRACK, DataClass.TRACK, DataClass.ALARM]):
        expires = retention.expires_utc_ns(data_class, kept.T0)
        store.append([kept.entry(f"e{i}", data_class=data_class, expires_utc_ns=expires)])
    assert retention.enforce(store, now_utc_ns=kept.T0, prove=proofs.append) == ()
    minute = kept.T0 + 60 * 10**9
    told = retention.enforce(store, now_utc_ns=minute, prove=proofs.append)
    assert list(told) == proofs
    assert [(p.data_class, p.n_deleted, p.oldest_utc_ns) for p in proofs] == [
        (DataClass.TRACK, 2, minute)
    ]
    store.append([kept.entry("x", data_class=DataClass.TRACK, expires_utc_ns=minute)])
    tried = []

    def fail(deletion) -> None:
        tried.append(deletion.data_class)
        raise StoreError("no audit")

    with pytest.raises(StoreError, match="no audit"):
        retention.enforce(store, now_utc_ns=kept.T0 + 73 * kept.HOUR, prove=fail)
    assert sorted(tried) == [DataClass.ALARM, DataClass.TRACK]
    assert store.read("events") == ()
