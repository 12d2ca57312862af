"""Requests for work, shards of hosts, leases with fencing tokens, and the crawl process."""
