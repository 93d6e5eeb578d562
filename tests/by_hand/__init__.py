"""Programs to try yourself: a demo, a workbench, a search."""
