"""Bytes to a `Page`: what stands on it, where, under which heading. Nothing here knows what a company is."""
