"""Interfaces of data providers, answered from the world as their vendors' specifications say, on loopback."""
