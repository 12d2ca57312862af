"""Accounts at providers, maps and search engines, read call by call; their records belong to one organization."""
