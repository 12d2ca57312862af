"""Bytes to records: what a page says of the company that runs the site, and what it says of others.

Pure: no network, no database, no engine. `company_site.extract_page` reads one URL, `site.summary.summarise` joins the
pages of one site. Machine code of these very modules is taken where it lies beside them, see `compiled`.
"""

from leadhouse.extraction import compiled

if compiled.BUILDS.is_dir() and (_found := compiled.folder()).is_dir():
    __path__.insert(0, str(_found))
