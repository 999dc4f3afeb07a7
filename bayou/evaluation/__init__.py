"""Benchmarks of models: samples asked, scored and reported. Knows readers, servers and data sets; no command line."""
