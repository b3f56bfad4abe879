"""A portal in a process of its own, and clients of tus that are killed while they send."""
