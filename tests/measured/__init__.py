"""Programs that measure and print figures."""
