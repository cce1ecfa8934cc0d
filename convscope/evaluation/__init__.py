"""How good a model is, and where it is not."""
