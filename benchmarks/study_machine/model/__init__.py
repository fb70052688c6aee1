"""The model: what ought to be, as the rules say it. Plain Python, never written from the code it is compared with."""
