"""Postal addresses of a page by their parts, and the country of a site."""
