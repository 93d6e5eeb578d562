"""Programs that show the delivery guarantees at full size, and print figures: `make shown`."""
