"""A net with what it needs to answer: its preprocessing, its words, and where it comes from."""
