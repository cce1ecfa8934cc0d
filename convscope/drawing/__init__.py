"""Records and tensors -> pictures."""
