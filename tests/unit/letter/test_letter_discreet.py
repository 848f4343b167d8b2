"""A discreet letter may be found: it tells topics that anybody may ask about, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.letter.letter import discreet_letter
from nrm.letter.page import as_page
from nrm.letter.text import as_text
from nrm.letter.topics import OFFERS, TOPICS, topic_of
from nrm.rulebook.wording import LANGUAGES

TELLING = {
    "en": "traffick exploit victim mechanism referr police prosecut court crime crimin accus abus violen sex slave "
    "forced danger threat protect shelter escape rescue suspect asylum detain detention testi witness case plan safe",
    "fr": "traite trafi exploit victime mécanisme orient polic procureur tribunal crime crimin accus abus violen sex "
    "esclav forcé danger menac protég protection refuge fuite soupçon asile détention détenu témoi dossier plan sûr",
    "es": "trata trafic tráfic explot víctima mecanismo deriva policía fiscal tribunal delito crimin acus abus violen "
    "sex esclav forzad peligro amenaza proteg protección refugio huida sospech asilo deten testi expediente plan segur",
    "ar": "اتجار استغلال مستغل ضحية ضحايا آلية إحالة شرطة نيابة محكمة جريمة جرائم متهم اتهام اعتداء عنف جنس عبودية "
    "قسري خطر تهديد حماية مأوى هروب اشتباه لجوء احتجاز شاهد شهادة ملف خطة آمن سلامة",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", [as_text, as_page])
def test_no_telling_word_is_in_a_discreet_letter_of_any_court_case(plan_of, names, speakers, language, form):
    for name in names:
        said = form(discreet_letter(plan_of(name), speakers[language])).casefold()
        told = said.split("</style>")[-1]
        assert [word for word in TELLING[language].split() if word in told] == []


def test_the_telling_words_would_be_found_in_the_whole_letter(plan_of, speakers):
    """The list above is of use only if it is written as the texts are."""
    from nrm.letter.letter import letter  # noqa: PLC0415 - only here

    for language in LANGUAGES:
        said = as_text(letter(plan_of("vcl"), speakers[language])).casefold()
        assert len([word for word in TELLING[language].split() if word in said]) >= 10


@given(data=st.data(), language=st.sampled_from(LANGUAGES))
def test_a_discreet_letter_varies_with_nothing_but_the_topics(any_plan, speakers, data, language):
    plan, speaker = any_plan(data), speakers[language]
    made = discreet_letter(plan, speaker)
    topics = {topic_of(code) for code in plan.codes("offer")}
    assert [item.text for item in made.sections[0].items] == [
        speaker.phrase(f"letter_topic_{topic}") for topic in TOPICS if topic in topics
    ]
    phrases = set(speaker.phrases.values()) | {speaker.phrase("letter_date", date=speaker.day(plan.on))}
    said = [made.title, *made.opening, made.space.title]
    said += [text for section in made.sections for text in (section.title, *(item.text for item in section.items))]
    assert set(said) <= phrases
    assert all(not item.below for section in made.sections for item in section.items)


def test_a_discreet_letter_for_one_offer_names_one_topic(plan_of, speakers):
    made = discreet_letter(plan_of("vcl"), speakers["en"], "medical_care")
    assert [item.text for item in made.sections[0].items] == ["Health and well-being"]


def test_every_offer_with_a_topic_is_an_offer_of_the_rulebook(letter_application):
    known = set(letter_application.files.vocabulary.offers)
    listed = [code for codes in OFFERS.values() for code in codes]
    assert [code for code in listed if code not in known] == []
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize(
    "offer",
    [
        "safety_plan",
        "witness_protection",
        "transport_to_safety",
        "relocation",
        "special_measures",
        "forced_marriage_remedies",
        "image_removal",
        "an_offer_of_next_year",
    ],
)
def test_what_would_tell_by_its_topic_alone_is_another_question(offer):
    assert topic_of(offer) == "other"
