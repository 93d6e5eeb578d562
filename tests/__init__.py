"""Everything that tests the product: stand-ins, oracles, tests of the product, measurements."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The repository's root."""
