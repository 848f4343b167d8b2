"""The routes: one file for each noun, and nothing in them but translation; `nrm.casework` does the work."""
