"""Hostile inputs by class, with honest ones beside them; ``watch`` says what is asserted."""
