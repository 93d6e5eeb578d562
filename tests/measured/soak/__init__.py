"""All kinds of failures at random, for minutes: `make soak`."""
