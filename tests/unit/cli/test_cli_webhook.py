"""`nrm webhook`: added by an administrator, called by `nrm work`, removed."""

import receiver

from nrm.home import FILE

EVENTS = ("--event", "decision.made", "--event", "duty.late")


def test_a_webhook_is_added_called_and_removed(at, tmp_path):
    folder = tmp_path / "hooked"
    folder.mkdir()
    with receiver.in_thread(folder) as place:
        with (at.home / FILE).open("a") as settings:
            hosts = f'["{place.host}"]'
            settings.write(f'\n[delivery]\nhosts = {hosts}\nprivate_allowed = {hosts}\nca_file = "{place.ca_file}"\n')
        made = at("webhook", "add", place.url, *EVENTS, role="administrator")
        assert (made.code, "secret whsec_" in made.out) == (0, True)
        at.json("case", "decide", at.case)
        listed = at("webhook", "list", role="administrator").out
        assert (place.url in listed, "1 waiting" in listed, "whsec_" in listed) == (True, True, False)
        assert at("work", "--once").code == 0
        assert sum(place.effects().values()) == 1
    hook = listed.split()[0]
    assert at("webhook", "resume", hook, role="administrator").code == 0
    assert at("webhook", "remove", hook, role="administrator").out.strip() == "removed"
    assert at("webhook", "remove", hook, role="administrator").code == 2


def test_what_cannot_be_called_or_told_is_refused(at):
    said = at(
        "webhook", "add", "https://CanaryUser:x@elsewhere.example.org/", "--event", "nothing", role="administrator"
    )
    assert said.code == 2
    assert "there is no event `nothing`" in said.err
    assert "CanaryUser" not in said.err
    far = at("webhook", "add", "https://elsewhere.example.org/", *EVENTS, role="administrator")
    assert (far.code, "do not let it reach that host" in far.err) == (2, True)
    assert at("webhook", "list", role="caseworker").code == 1
