"""Programs that show what is promised, at full size, and print the figures: `make shown`."""
