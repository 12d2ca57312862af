"""Who works for the company: names, titles and contacts of a page's people, and who is no staff."""
