"""What a shape is, where shapes come from, and what can be wrong with one."""
