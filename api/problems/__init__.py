"""What is said when something does not work: problem details (RFC 9457) in the caller's language."""
