"""Alembic migrations, shipped in the package and run when a store is opened."""
