"""The mechanism as a service: REST for caseworkers, services, policy officers, oversight bodies and the person.

`create_app` in `api.app` makes it of an installation that is open; `api.server` runs it.
"""
