"""The site's database: SQLite in a file of its own, or PostgreSQL. Which one, `addresses` says."""
