"""Whole study, done at random through the site on both databases, and compared with a model of what ought to be."""
