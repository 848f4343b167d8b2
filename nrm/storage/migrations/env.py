"""What Alembic runs: the steps, on the connection that `nrm.storage.migrate` hands over."""

from __future__ import annotations

from alembic import context

from nrm.storage.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
