"""The use cases: what somebody in a role does with a case, each as one unit of work with its entry in the log."""
