"""The talk on a prompt in one study group."""
