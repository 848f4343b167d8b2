"""How somebody proves who they are: passwords, codes, passkeys, providers of identity, clients. No store, no clock."""
