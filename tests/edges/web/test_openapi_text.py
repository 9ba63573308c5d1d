from standex.edges.web.openapi_text import with_live_messages


def test_live_messages_stand_beside_the_others() -> None:
    before = {"paths": {}, "components": {"schemas": {"A": {"type": "string"}}}}
    schemas = with_live_messages(before)["components"]["schemas"]
    assert {"A", "PictureMessage", "People", "IncidentsMessage", "IncidentOut"} <= set(schemas)
    assert list(before["components"]["schemas"]) == ["A"]
    assert "$defs" not in str(schemas)
