"""E-mail addresses, telephone numbers and profiles of a page."""
