"""All witnesses of a policy are asked at once, and each answer counts for itself."""

from functools import partial
from types import SimpleNamespace

import httpx
import pytest
from audit_logs import ORIGIN, SIGNER, MemorySource, entry
from small_logs import cosigner

from nrm.audit import cosigning
from nrm.audit.checkpoint import parse_checkpoint
from nrm.audit.cosignature import CosignatureVerifier
from nrm.audit.cosigning import gather
from nrm.audit.errors import LogError, TileMissingError
from nrm.audit.note import Verifier, parse_note
from nrm.audit.policy_file import parse_policy
from nrm.audit.witness import Known, Witness
from nrm.audit.witness_client import cosignatures

NAMES = ("w1", "w2", "w3")
KEYS = {name: cosigner(f"{name}.example/w", seed) for seed, name in enumerate(NAMES, start=20)}


def policy(quorum="2", addressed=NAMES):
    lines = [f"log {Verifier(SIGNER.vkey).vkey}"]
    for name, key in KEYS.items():
        lines.append(f"witness {name} {key.vkey}" + (f" http://{name}.example" if name in addressed else ""))
    lines += [f"group all {quorum} {' '.join(NAMES)}", "quorum all"]
    return parse_policy("".join(f"{line}\n" for line in lines).encode())


def log_of(size, mark=0):
    source = MemorySource.of(entry(index + mark) for index in range(size))
    return source, parse_note(source.files["checkpoint"])


@pytest.fixture
def network(monkeypatch):
    """Three witnesses that remember, behind a network whose ways can be cut or bent."""
    known, asked, bent = {}, [], {}

    def answer(request):
        name = request.url.host.split(".")[0]
        asked.append(name)
        if name in bent:
            return bent[name](request)
        witness = Witness(KEYS[name], [Verifier(SIGNER.vkey)])
        answered = witness.answer(request.content, lambda _: known.get(name, Known()), 1_800_000_000)
        if answered.keep is not None:
            stands = parse_checkpoint(answered.keep.text)
            known[name] = Known(stands.size, stands.root, 1_800_000_000)
        return streamed(answered.status, answered.body, answered.content_type)

    transport = httpx.MockTransport(answer)
    monkeypatch.setattr(cosigning, "cosignatures", partial(cosignatures, transport=transport))
    return SimpleNamespace(known=known, asked=asked, bent=bent)


def streamed(status, body, kind):
    async def stream():
        yield body

    return httpx.Response(status, content=stream(), headers={"content-type": kind})


def unreachable(request):
    raise httpx.ConnectError("no route", request=request)


def names_of(signatures):
    return sorted(one.name.split(".")[0] for one in signatures)


@pytest.mark.usefixtures("network")
def test_every_witness_cosigns_and_the_quorum_is_met():
    source, note = log_of(600)
    found = gather(source, note, policy("3"))
    assert (names_of(found.signatures), found.problems, found.alarming) == (list(NAMES), (), False)
    assert not policy("3").open(bytes(note))[1].met
    assert policy("3").open(bytes(note.with_signatures(*found.signatures)))[1].met


def test_growth_is_proved_from_the_files_whatever_each_witness_has_seen(network):
    for size, addressed in ((0, ["w1"]), (300, ["w2"]), (700, NAMES)):
        found = gather(*log_of(size), policy(addressed=addressed))
        assert (names_of(found.signatures), found.problems) == (sorted(addressed), ())
    assert {one.size for one in network.known.values()} == {700}


def test_who_has_cosigned_already_is_not_asked_again(network):
    source, note = log_of(5)
    note = note.with_signatures(*gather(source, note, policy(addressed=["w2"])).signatures)
    network.asked.clear()
    found = gather(source, note, policy())
    assert names_of(found.signatures) == ["w1", "w3"]
    assert set(network.asked) == {"w1", "w3"}
    network.asked.clear()
    assert gather(source, note.with_signatures(*found.signatures), policy()).signatures == ()
    assert network.asked == []


def test_who_has_no_address_is_not_asked(network):
    assert names_of(gather(*log_of(5), policy(addressed=["w3"])).signatures) == ["w3"]
    assert set(network.asked) == {"w3"}


def test_a_witness_that_cannot_be_reached_keeps_no_other_from_cosigning(network):
    network.bent["w2"] = unreachable
    found = gather(*log_of(5), policy())
    assert (names_of(found.signatures), found.alarming) == (["w1", "w3"], False)
    assert [str(one) for one in found.problems] == [
        "witness w2.example/w: cannot be reached (`ConnectError`); ask again later, or ask its operator"
    ]


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize(
    ("seen", "fault"),
    [(log_of(5, mark=9), "there are two histories"), (log_of(7), "has seen 7 entries, and this checkpoint has only 5")],
)
def test_a_witness_that_has_seen_another_history_is_an_alarm_and_the_others_still_cosign(seen, fault):
    gather(*seen, policy(addressed=["w1"]))
    found = gather(*log_of(5), policy())
    assert found.alarming
    assert names_of(found.signatures) == ["w2", "w3"]
    assert fault in str(found.problems[0])


@pytest.mark.usefixtures("network")
def test_a_witness_whose_history_is_not_the_beginning_of_ours_raises_the_alarm():
    gather(*log_of(5, mark=9), policy(addressed=["w1"]))
    found = gather(*log_of(8), policy())
    assert names_of(found.signatures) == ["w2", "w3"]
    assert found.alarming
    assert "does not find the 5 entries that it has seen" in str(found.problems[0])


def test_one_cosignature_of_each_witness_is_kept_however_many_it_gives(network):
    source, note = log_of(5)
    many = "".join(KEYS["w1"].cosign(note.text, second).line() for second in range(99))
    network.bent["w1"] = lambda _: streamed(200, many.encode(), "text/plain")
    found = gather(source, note, policy())
    assert names_of(found.signatures) == list(NAMES)
    parse_note(bytes(note.with_signatures(*found.signatures)))


def test_a_false_cosignature_is_not_taken(network):
    source, note = log_of(5)
    other = KEYS["w1"].cosign(log_of(6)[1].text, 1).line()
    network.bent["w1"] = lambda _: streamed(200, other.encode(), "text/plain")
    found = gather(source, note, policy())
    assert names_of(found.signatures) == ["w2", "w3"]
    assert "gave a cosignature that cannot be used" in str(found.problems[0])


@pytest.mark.usefixtures("network")
def test_a_log_that_cannot_prove_its_growth_asks_for_none():
    gather(*log_of(300), policy(addressed=["w1"]))
    source, note = log_of(700)
    del source.files["tile/0/001"]
    with pytest.raises(TileMissingError):
        gather(source, note, policy())


def test_a_checkpoint_that_bears_a_false_cosignature_is_refused_before_anybody_is_asked(network):
    source, note = log_of(5)
    false = KEYS["w1"].cosign(log_of(6)[1].text, 1)
    with pytest.raises(LogError, match="is false"):
        gather(source, note.with_signatures(false), policy())
    assert network.asked == []


def test_the_keys_of_this_test_are_those_of_the_policy():
    assert {one.verifier.vkey for one in policy().witnesses} == {key.vkey for key in KEYS.values()}
    assert CosignatureVerifier(KEYS["w1"].vkey).name == "w1.example/w"
    assert policy().logs[0].verifier.name == ORIGIN
