"""Programs for a person: a demo, a workbench, a search."""
