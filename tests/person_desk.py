"""What tests of the person's own room say again and again, on an office of `offices`."""

from offices import asked
from referral_desk import ADULT, a_case

from nrm.casework.person import links


def a_link(office, case, speaks="person", language="en", days=7, who=None):
    return links.make_link(office.desk, who or asked(), case, language, days, speaks)


def come_in(office, case, speaks="person", language="en"):
    """The token of a session in a case."""
    made = a_link(office, case, speaks, language)
    return links.open_link(office.desk, made.token, made.pin).token


def a_session(office, text=ADULT, **more):
    case = a_case(office, text)
    return case, come_in(office, case, **more)


def another_pin(pin):
    return f"{(int(pin) + 1) % 10**6:06}"
