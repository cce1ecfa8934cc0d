"""A run, told to people: one page."""
