"""One file a schema, oldest first; what is released here is never edited."""
