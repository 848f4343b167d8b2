"""The command `nrm`."""
