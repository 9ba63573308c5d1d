from typing import get_args

from standex.edges.service.tables import NESTED, SETTINGS, TABLES, ServiceTable, SourceKind


def test_every_kind_of_source_has_its_settings() -> None:
    assert set(SETTINGS) == set(get_args(SourceKind))
    assert "sources" in ServiceTable.model_fields


def test_every_table_of_the_file_can_be_named_in_a_problem() -> None:
    for path, cls in TABLES.items():
        for name, field in cls.model_fields.items():
            text = str(field.annotation)
            if "Table" in text and name not in ("sensors", "sources"):
                assert (*path, name) in TABLES, f"{path} {name}"


def test_nothing_of_the_file_is_a_secret() -> None:
    nested = [cls for tables in NESTED.values() for cls in tables.values()]
    for cls in (*TABLES.values(), *SETTINGS.values(), *nested):
        for name in cls.model_fields:
            assert not name.endswith(("password", "secret", "_token"))
