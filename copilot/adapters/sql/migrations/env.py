"""Alembic's entry: runs the migrations on the connection, and in the transaction, of `upgrade`."""

from alembic import context

from copilot.adapters.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
