"""`nrm work --once`: clocks are looked at and messages carried, what is left is said, and nobody is named."""

SOUTH = "small:south-shelter"
NOTHING = {
    "clocks": {"looked": 0, "late": 0, "rang": 0, "unopened": 0},
    "messages": {"delivered": 0, "waiting": 0, "later": 0, "impossible": 0},
    "webhooks": {"delivered": 0, "later": 0},
}


def test_where_nothing_is_to_be_done_it_stops_at_once(at):
    assert at.json("work", "--once") == NOTHING
    assert at.done("work", "--once").lines == [
        "clocks: 0 looked, 0 late, 0 rang, 0 unopened",
        "messages: 0 delivered, 0 waiting, 0 later, 0 impossible",
        "webhooks: 0 delivered, 0 later",
    ]


def test_a_package_that_its_service_fetches_waits_and_nothing_is_wrong(at):
    at.referred()
    said = at.json("work", "--once")
    assert said == {**NOTHING, "messages": {**NOTHING["messages"], "waiting": 1}}


def test_a_package_that_cannot_be_delivered_leaves_with_1_and_becomes_a_task(at):
    at.consent(to=SOUTH)
    assert at.json("refer", at.case, "--offer", "safe_accommodation", "--to", SOUTH)["referral"]["state"] == "sent"
    said = at("work", "--once")
    assert (said.code, said.err) == (1, "")
    assert "1 impossible" in said.out
    assert "south" not in said.out
    assert "delivery_failed" in [one["code"] for one in at.json("duty", "list", at.case)]


def test_after_a_decline_the_program_asks_the_next_service_itself(at):
    first = at.referred()
    at.consent(to=SOUTH)
    assert at.service("referral", "decline", first, "--reason", "no_capacity").code == 0
    assert at("work", "--once").code == 1  # it asks the service in the south, which nothing can be delivered to here
    found = at.json("referral", "list", at.case)
    assert sorted((one["service"]["id"], one["state"]) for one in found) == [
        ("north-shelter", "declined"),
        ("south-shelter", "sent"),
    ]
