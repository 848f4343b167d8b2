"""The person whose case it is: a link and a PIN, a short session, and what is theirs to read and to say in it."""
