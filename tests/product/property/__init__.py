"""Properties, tried on generated input."""
