"""The schema grows by steps, and the steps lead to what `nrm.storage.schema` says, on both databases."""

from __future__ import annotations

import databases
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from nrm.casework.errors import StoreMisfitError
from nrm.storage.migrate import check_schema, newest, revision, upgrade
from nrm.storage.schema import metadata
from nrm.storage.sqlcipher import create_sqlcipher


@pytest.fixture(params=databases.BOTH)
def bare(request, tmp_path):
    """A database without schema."""
    if request.param == "sqlcipher":
        engine = create_sqlcipher(tmp_path / "bare.db", databases.KEY)
    else:
        url = databases.bare_postgresql_url()
        if url is None:
            pytest.skip("POSTGRESQL WAS NOT TESTED: no server")
        engine = databases.open_postgresql(url)
    yield engine
    engine.dispose()


def differences(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return compare_metadata(context, metadata)


def test_the_steps_lead_to_the_schema_of_the_program(bare):
    assert differences(bare) != []
    upgrade(bare)
    assert differences(bare) == []


def test_keys_and_foreign_keys_are_named_as_the_schema_names_them(bare):
    upgrade(bare)
    inspector = inspect(bare)
    for table in metadata.sorted_tables:
        key = inspector.get_pk_constraint(table.name)
        assert key["constrained_columns"] == [column.name for column in table.primary_key]
        if bare.dialect.name == "postgresql":
            assert key["name"] == table.primary_key.name
            names = {foreign["name"] for foreign in inspector.get_foreign_keys(table.name)}
            assert names == {foreign.name for foreign in table.foreign_key_constraints}


def test_codes_sort_by_their_bytes_on_both_databases(bare):
    upgrade(bare)
    with bare.begin() as connection:
        for digest in ("b", "A", "a", "B", "_"):
            connection.execute(metadata.tables["rulebooks"].insert().values(digest=digest, archive=b""))
        found = connection.execute(text("SELECT digest FROM rulebooks ORDER BY digest")).scalars().all()
    assert found == ["A", "B", "_", "a", "b"]


def test_a_database_tells_how_far_it_is(bare):
    assert revision(bare) is None
    upgrade(bare)
    assert revision(bare) == newest() == "0003_registry"
    upgrade(bare)
    check_schema(bare)


def test_a_database_without_schema_is_refused_and_says_what_to_do(bare):
    with pytest.raises(StoreMisfitError, match="run `nrm db upgrade`"):
        check_schema(bare)


def test_a_database_newer_than_the_program_is_refused_and_left_alone(bare):
    upgrade(bare)
    with bare.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099_later'"))
    for act in (check_schema, upgrade):
        with pytest.raises(StoreMisfitError, match="is newer than this program; use the version of nrm"):
            act(bare)
    assert revision(bare) == "0099_later"


def test_an_upgrade_that_fails_leaves_nothing(bare):
    with bare.begin() as connection:
        connection.execute(text("CREATE TABLE log_head (x INTEGER)"))  # in the way of a late statement of the step
    with pytest.raises(Exception, match="database"):
        upgrade(bare)
    assert set(inspect(bare).get_table_names()) <= {"log_head"}


def test_every_key_of_a_table_about_cases_begins_with_the_case():
    for table in metadata.sorted_tables:
        if "case_id" in table.columns:
            assert next(iter(table.primary_key)).name == "case_id", table.name
            unique = [index for index in table.indexes if index.unique]
            assert all(next(iter(index.columns)).name == "case_id" for index in unique), table.name
            for foreign in table.foreign_key_constraints:
                assert foreign.column_keys[0] == "case_id", table.name
