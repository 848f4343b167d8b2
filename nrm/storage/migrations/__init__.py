"""The schema as it grew, one file for each step; `nrm.storage.migrate` runs them."""
