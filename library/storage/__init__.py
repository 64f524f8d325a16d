"""Where the library's files are, and how they come and go. Knows no database."""
