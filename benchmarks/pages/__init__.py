"""What pages cost, beside the floor and beside Kolibri: see `__main__`."""
