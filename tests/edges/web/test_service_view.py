from dataclasses import fields

from standex.edges.web.service_view import RefusedError, ServiceView


def test_a_refusal_may_say_when_to_come_back() -> None:
    assert RefusedError("no").retry_after_s == 0
    assert RefusedError("wait", retry_after_s=3.0).retry_after_s == 3.0


def test_each_attribute_is_described() -> None:
    assert all(f"    {one.name}:" in ServiceView.__doc__ for one in fields(ServiceView))
