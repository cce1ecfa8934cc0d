"""Runs, sweeps and pictures, told to people as pages."""
