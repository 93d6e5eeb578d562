"""Splunk: splunkd, which starts the input, its KV store, settings, log and messages.

Reading order: `names`, `instance`, `input_definition`, `input_settings`, `scheme`, `no_proxy`,
`kept_connections`, `connection`, `log`, `orderly_stop`, `stop_signal`, `kv_store`, `kv_retry`,
`notes`, `stored_settings`, `connector`, `knowledge`, `search`, `splunkd`, `bulletin`.
"""
