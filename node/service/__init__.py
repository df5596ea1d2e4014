"""What a node can do: one family of verbs a file."""
