"""One architecture per page."""
