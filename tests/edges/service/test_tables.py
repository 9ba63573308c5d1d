from standex.edges.service.tables import SETTINGS, TABLES, ServiceTable


def test_every_kind_of_source_has_its_settings() -> None:
    kinds = ServiceTable.model_fields["sources"]
    assert kinds is not None
    assert set(SETTINGS) == {"twin", "lab-recording", "plugin", "sapient", "mqtt"}


def test_every_table_of_the_file_can_be_named_in_a_problem() -> None:
    for path, cls in TABLES.items():
        for name, field in cls.model_fields.items():
            text = str(field.annotation)
            if "Table" in text and name not in ("sensors", "sources"):
                assert (*path, name) in TABLES, f"{path} {name}"


def test_nothing_of_the_file_is_a_secret() -> None:
    for cls in (*TABLES.values(), *SETTINGS.values()):
        for name in cls.model_fields:
            assert not name.endswith(("password", "secret", "_token"))
