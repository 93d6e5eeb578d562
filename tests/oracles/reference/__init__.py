"""The record and the page read a second time: slow, plain, and without the product's code."""
