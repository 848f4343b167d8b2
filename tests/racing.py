"""Units of work that begin together on one store, each in a thread of its own."""

from __future__ import annotations

import threading


def raced(store, *works):
    """Run them; return the names of the errors that they ended with."""
    gate, ended = threading.Barrier(len(works), timeout=20), []

    def act(work):
        gate.wait()
        try:
            store.run(work)
        except Exception as error:  # noqa: BLE001 - looked at by who called
            ended.append(type(error).__name__)

    threads = [threading.Thread(target=act, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended
