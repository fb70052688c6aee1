"""Self-checks: items answered in a text, how sure one was of them, and what that says."""
