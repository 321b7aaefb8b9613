"""Benchmarks: they print ratios of two things run in turn; no test depends on a time."""
