"""Bytes to records: what a page says of the company that runs the site, and what it says of others.

Pure: no network, no database, no engine. `company_site.extract_page` reads one URL, `site_summary.summarise` joins the
pages of one site.
"""
