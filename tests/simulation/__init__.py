"""Many nodes, many days, everything going wrong: seeded, so that what happened happens again."""
