"""The REST API: one table of operations, from which routes, parameters and OpenAPI are made."""
