"""Explanations of any network: what its layers answer, and what lies near what for them."""
