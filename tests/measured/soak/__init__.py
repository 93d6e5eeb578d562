"""Everything that can go wrong, at random, for minutes: `make soak`."""
