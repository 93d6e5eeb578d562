"""The correct results, found without the product: a second decoder, golden cases, models, a search
emulation.
"""
