"""One spider a kind of source. `python -m scrapers.check` reads each one's saved page and compares with its golden."""
