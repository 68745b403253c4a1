"""What the tests need to start a server of either kind and to talk to it."""
