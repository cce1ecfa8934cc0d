"""What one convolution does: arrays in, arrays out."""
