"""All tests that Splunk's suite derives from the conf files."""

from pytest_splunk_addon.standard_lib.addon_basic import Basic


class TestAddon(Basic):
    """The plugin creates the tests."""
