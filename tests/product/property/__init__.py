"""Property tests, with generated input."""
