"""What is stored about somebody: taken away, erased, forgotten in time, and said on a page."""
