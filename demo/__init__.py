"""The demo world: seeded web sites, name server, mailboxes, providers and exports with known truth, all on loopback.

Nothing in the product imports this package. Every byte follows from (seed, number of companies, day).
"""
