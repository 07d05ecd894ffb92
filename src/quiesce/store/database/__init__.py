"""Where a store is, how it is opened, and its transactions: SQLite and PostgreSQL."""
