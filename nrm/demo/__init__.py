"""The data of the demonstration: a directory and case records. All of it is made up, and no person in it lives."""
