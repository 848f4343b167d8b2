"""Caseworkers, services, the person, clocks and crashes in any order, on a store in memory."""

from __future__ import annotations

from datetime import timedelta

from fakes_store import MemoryStore
from hypothesis import settings
from hypothesis import strategies as st
from offices import asked
from referral_actions import KIND, KINDS, NUMBER, OFFER, action, examples
from referral_checks import stands
from referral_machine import ReferralMachine

from nrm.casework.cases import deciding
from nrm.casework.clocks.posting import Tried
from nrm.casework.clocks.rounds import go_round
from nrm.casework.referrals import consenting


class InMemory(ReferralMachine):
    def new_store(self, installation, _folder):
        return MemoryStore(installation)

    @action(number=NUMBER, kind=KIND, offer=OFFER, named=st.booleans(), all_of_them=st.booleans())
    def refuse_beside_a_twin(self, number, kind, offer, named, all_of_them):
        """A refusal lowers nothing else: a twin who did not refuse stands alike, also after a decision and a round."""
        case, words = self.case(number), self.world.office.books.words()
        refused = words.disclosures[kind]
        routes = self.world.desk.counter.routes

        def other(one):
            if not all_of_them:
                return one != offer
            way = words.disclosures.get(routes.disclosure(one))
            return way is None or (way.recipient, way.purpose) != (refused.recipient, refused.purpose)

        def refuse(desk):
            if all_of_them:
                said = consenting.Said("refused", kind, "self", service=KINDS[kind] if named else None)
                consenting.note_consent(desk, asked(), case, said)
            else:
                consenting.note_choice(desk, asked(), case, offer, wanted=False)

        assert self.twin(case, other, refuse) == self.twin(case, other, lambda _: None)

    def twin(self, case, other, first):
        """How a copy of the case stands for offers that are `other`, when something came first."""
        world, memory = self.world, self.world.store.whole
        before, world.store.breaks = (memory.state, world.time, world.store.breaks), None
        memory.state = memory.state.copied()
        try:
            first(world.desk)
            deciding.decide(world.desk, asked(), case, world.today)
            # Until every clock that is due was looked at: a round takes only some of them.
            while go_round(world.desk, lambda *_: Tried("later", "timeout", timedelta(hours=1)), set()).ticked.looked:
                pass
            offers, duties = world.peek(lambda unit: stands(unit, case, world.desk.keyring))
        finally:
            memory.state, world.time, world.store.breaks = before
        return {offer: kind for offer, kind in offers.items() if other(offer)}, duties


TestReferralInMemory = InMemory.TestCase
TestReferralInMemory.settings = settings(max_examples=examples(100), stateful_step_count=40)
