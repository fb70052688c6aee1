"""Forms of the real pages, sent with what no form should be sent: nothing breaks, leaks, leads astray or is lost."""
