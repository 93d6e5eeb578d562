"""Models of Akamai and of splunkd in a few lines, for the property tests."""
