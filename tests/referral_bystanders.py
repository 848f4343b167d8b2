"""Whoever may not know of a case or a referral: another service, another organisation; part of `referral_machine`."""

from __future__ import annotations

from uuid import UUID, uuid4

from hypothesis import strategies as st
from offices import THEIRS, asked
from referral_actions import ANSWERS, NUMBER, action
from referral_world import provider
from small_directory import KEYS

from nrm.casework.cases import families
from nrm.casework.clocks import duties
from nrm.casework.errors import NoSuchCaseError
from nrm.casework.referral_errors import NoSuchReferralError
from nrm.casework.referrals import answering, consenting, referring, revoking
from nrm.referral.lifecycle import DECLINED


class Bystanders:
    """What they try, and what they hear."""

    @action(number=NUMBER, verb=st.sampled_from(ANSWERS), shredded=st.booleans())
    def bystanders_learn_nothing(self, number, verb, shredded):
        one, case = self.referral(number)
        if one is None:
            return
        reason = DECLINED[0] if verb == "decline" else None
        other = provider(KEYS[(KEYS.index(one.service) + 1) % len(KEYS)])
        strangers = asked(organisation=THEIRS)
        for who in (other, strangers):
            self.same(NoSuchReferralError, one.id, lambda desk, named, who=who: answering.fetch(desk, who, named))
            self.same(
                NoSuchReferralError,
                one.id,
                lambda desk, named, who=who: answering.answer(desk, who, named, verb, 1, reason),
            )
        gone = self.shredded[-1] if shredded and self.shredded else case
        today = self.world.today
        said = consenting.Said("withdrawn", "share_with_health", "self")
        for work in (
            lambda desk, named: revoking.revoke(desk, strangers, named, one.id, None, "not_safe"),
            lambda desk, named: referring.refer(desk, strangers, named, referring.Request("medical_care"), today),
            lambda desk, named: referring.send_draft(desk, strangers, named, one.id, None, today),
            lambda desk, named: referring.referrals(desk, strangers, named),
            lambda desk, named: consenting.note_consent(desk, strangers, named, said),
            lambda desk, named: consenting.note_choice(desk, strangers, named, "medical_care", wanted=False),
            lambda desk, named: duties.finish(desk, strangers, named, one.id),
            lambda desk, named: families.link(desk, strangers, named, UUID(int=5), "sibling"),
        ):
            self.same(NoSuchCaseError, gone, work)

    def same(self, kind, there, work):
        """Whoever may not know of something hears what is said where there is nothing, and changes nothing."""
        before = self.state()
        told = []
        for named in (there, uuid4()):
            done, error = self.world.do("bystander", lambda desk, named=named: work(desk, named))
            assert done is None, "a bystander got something"
            told.append(error)
        assert all(isinstance(error, kind) for error in told if error is not None)
        assert len({str(error) for error in told if error is not None}) <= 1
        assert self.state() == before

    def state(self):
        return [
            (row.referral, row.version)
            for case in self.cases
            for row in self.world.peek(lambda unit, case=case: unit.referrals.of(case))
        ]
