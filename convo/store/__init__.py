"""The database: tables, statements and migrations. Rows do not leave this room; records do."""
