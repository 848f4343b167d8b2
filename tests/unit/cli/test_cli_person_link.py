"""`nrm case link-person`: token and PIN are printed once, and open the case once."""

import re


def test_a_link_and_its_pin_are_printed_and_are_nowhere_else(at):
    said = at.done("case", "link-person", at.case, "--lang", "fr", "--days", "3")
    token, pin = re.fullmatch(r"link (\S{43})", said.lines[0])[1], re.fullmatch(r"pin (\d{6})", said.lines[1])[1]
    assert at.told()[0] == ("link:make", "done")
    assert token not in at.done("case", "history", at.case).text
    other = at.json("case", "link-person", at.case)
    assert other["token"] != token
    assert len(other["pin"]) == len(pin)
    assert at.done("case", "unlink-person", at.case).text == "ended: 2"


def test_a_guardian_gets_a_link_only_where_the_plan_tells_a_guardian(at):
    at.json("case", "decide", at.case)
    refused = at("case", "link-person", at.case, "--for", "guardian")
    assert (refused.code, "does not let a guardian be told" in refused.err) == (2, True)
    at.json("case", "decide", at.child)
    assert at("case", "link-person", at.child, "--for", "guardian").code == 0


def test_nobody_makes_links_to_cases_of_others(at):
    assert at("case", "link-person", at.case, role="coordinator").code == 1
    assert at("case", "link-person", at.case, "--organisation", "Shelter B").code == 2
    assert at("case", "link-person", at.case, "--days", "31").code == 2
