"""Whose a candidate is: the words, headings and hosts around it."""
