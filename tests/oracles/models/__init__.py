"""Small models of Akamai and of splunkd, for the property tests."""
