"""Whose word counts about an offer, worked out a second time from the order in which words were said.

Part of what `referral_checks` looks at after each step of the machine.
"""

from nrm.casework.items import RUNNING


def word(choices, offer, *, child):
    """The word that counts about an offer; None where there is none."""
    own = [one for one in choices if (one.offer, one.by) == (offer, "self")]
    theirs = [one for one in choices if (one.offer, one.by) == (offer, "guardian")]
    return (own or (theirs if child else []) or [None])[-1]


def is_refused(choices, offer, *, child):
    said = word(choices, offer, child=child)
    return said is not None and not said.wanted


def differing(choices, offer):
    """The word with which child and guardian began to say different things of an offer; None where they do not."""
    said = [one for one in choices if one.offer == offer]
    began = None
    for number, one in enumerate(said, 1):
        last = {earlier.by: earlier.wanted for earlier in said[:number]}
        began = (began or one) if set(last.values()) == {True, False} else None
    return began


def check_words(seen, choices, known):
    """Only a word that counts has taken something back, and where two differ somebody has looked, or will, once.

    `known` are referrals that were found to have been taken back before.
    """
    for one in seen.referrals:
        if one.state == "revoked" and one.passed[-1].reason == "not_wanted" and one.id not in known:
            known.add(one.id)
            assert is_refused(choices, one.offer, child=seen.child), "taken back by a word that does not count"
    told = [task for task in seen.tasks if task.code == "look_at_disagreement"]
    assert {(task.about, task.why) for task in told} <= {(one.id, (one.offer,)) for one in choices}
    assert len({task.about for task in told}) == len(told), "one disagreement, and two tasks"
    if seen.child:
        began = [differing(choices, offer) for offer in {one.offer for one in choices}]
        assert {one.id for one in began if one is not None} <= {task.about for task in told}, "nobody looks"


def check_refused_and_live(seen, choices, offer):
    """Nothing is live that was refused; only who turns out to be a child leaves that to a person."""
    if is_refused(choices, offer, child=seen.child):
        assert word(choices, offer, child=True).by == "guardian", "a live referral for what the person refused"
        looking = [task for task in seen.tasks if task.code == "look_at_disorder" and task.state in RUNNING]
        assert looking, "nobody looks at a live referral for what a guardian refused"
