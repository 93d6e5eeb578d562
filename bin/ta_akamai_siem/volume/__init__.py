"""What of the feed is not indexed, by an administrator's choice: `drop` and `leave_out`.

No input or output; imports no other folder. docs/volume.md says the same for users.

Reading order: `header_names`, `fields`, `grammar`, `patterns`, `record_rules`, `members`, `masks`,
`rule_masks`, `steps`, `matching`, `left_out`, `preview`.
"""
