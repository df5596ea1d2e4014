"""The framework and what a city publishes in its words. Knows nothing of networks."""
