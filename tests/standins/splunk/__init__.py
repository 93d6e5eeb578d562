"""A program that stands in for splunkd, as strict as its documents or stricter."""
