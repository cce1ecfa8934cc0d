"""A net with what it needs to answer: its preprocessing, the words of its answers, and where it comes from."""
