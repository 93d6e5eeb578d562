"""The kind `akamai_siem`: page after page, from now or a while back, until all is here.

Reading order: `cursor`, `way`, `collector`, `job`.
"""
