"""The bodies of answers and requests: closed, strict, described, with an example each."""
