"""All tests that Splunk derives from the conf files."""

from pytest_splunk_addon.standard_lib.addon_basic import Basic


class TestAddon(Basic):
    """Made by the plugin."""
