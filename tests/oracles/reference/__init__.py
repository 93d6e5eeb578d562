"""A second decoder of records and pages: slow, simple, and without the product's code."""
