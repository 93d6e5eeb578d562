"""A stand-in for splunkd, at least as strict as its documentation. See README.md in this folder."""
