"""One file for each step of the schema, in the order of their numbers. A step that was released is never changed."""
