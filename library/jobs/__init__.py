"""Work on files that has a row in the database: taken in, queued, done by a worker, cleaned up after."""
