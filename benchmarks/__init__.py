"""Speed, shown side by side: one command, one table, ratios."""
