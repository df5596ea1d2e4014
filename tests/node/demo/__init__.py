"""Tests of ``node.demo``."""
