"""A network on one machine: invented cities, a directory, an observatory of real facts."""
