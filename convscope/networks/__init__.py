"""One architecture per page; what a net is made of, and text for it; published weights."""
