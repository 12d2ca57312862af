"""All pages of a site made one: agreement, the best name, people in one spelling."""
