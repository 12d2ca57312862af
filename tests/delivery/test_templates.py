"""Templates hold values and conditions; nothing in them computes, escapes or exhausts."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadhouse.delivery import MessageTemplate, TemplateError, TemplateValueError, message_values

RECIPIENT = {
    "full_name": "Anna Berg",
    "title": None,
    "email_normalized": "anna@x.example",
    "company_name": "Kunde",
    "country_code": "DE",
}
SENDING = {
    "from_name": "Mara", "from_email": "mara@n.example", "organization_name": "Nordlicht", "campaign_name": "Spring",
    "postal_address": "Hafen 1",
}  # fmt: skip


def values(**recipient):
    return message_values({**RECIPIENT, **recipient}, SENDING, "https://n.example/u/1")


def render(subject="Hi", body="Hi", **recipient):
    return MessageTemplate.compile(subject, body).render(values(**recipient))


def test_values_conditions_and_filters():
    subject, body = render(
        "{{ company.name | upper }} and {{ sender.name }}",
        "{% if person.title is defined %}{{ person.title }}{% else %}Dear{% endif %} {{ person.full_name }},\n"
        "{{ 'Grüß Gott' if company.country_code == 'AT' else 'Hello' }} {{ person.title | default('friend') }}\n"
        "{{ unsubscribe_url }}",
    )
    assert subject == "KUNDE and Mara"
    assert body == "Dear Anna Berg,\nHello friend\nhttps://n.example/u/1"


def test_markup_is_left_alone():
    assert render(body="{{ company.name }}", company_name="Müller & <Söhne>")[1] == "Müller & <Söhne>"


@pytest.mark.parametrize(
    "source",
    ["{{ person.title }}", "{{ person.nothing }}", "{{ company.city | upper }}", "{% if person.title %}x{% endif %}"],
)
def test_unknown_value_is_an_error_and_no_blank(source):
    with pytest.raises(TemplateValueError, match=r"title|nothing|city"):
        render(body=source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ person.__class__ }}",
        "{{ person['__class__'] }}",
        "{{ person.full_name.__init__.__globals__ }}",
        "{{ person|attr('__class__') }}",
        "{{ self }}", "{{ self.__init__ }}", "{{ config }}", "{{ request }}", "{{ lipsum.__globals__ }}",
        "{{ cycler.__init__.__globals__.os }}", "{{ joiner }}", "{{ namespace() }}", "{{ range(999999999) }}",
        "{{ 'a' * 1000000000 }}", "{{ 9 ** 9 ** 9 }}", "{{ 1 + 1 }}", "{{ 1 // 0 }}", "{{ 'x' ~ 'y' }}",
        "{{ '%s' % 1 }}", "{{ 'x'.format(1) }}", "{{ person.full_name.upper() }}", "{{ 'x' | center(999999999) }}",
        "{{ 'x' | indent(10**9) }}",
        "{{ 'x' | format }}", "{{ [1] | map('upper') }}", "{{ 'x' | xmlattr }}", "{{ [1, 2] }}", "{{ {'a': 1} }}",
        "{% for i in person %}x{% endfor %}", "{% set x = 1 %}", "{% macro m() %}{% endmacro %}", "{% include 'x' %}",
        "{% import 'os' as os %}", "{% extends 'x' %}", "{% block b %}{% endblock %}",
        "{% raw %}x{% endraw %}{% filter upper %}x{% endfilter %}",
        "{% with x = 1 %}{% endwith %}", "{% call x() %}{% endcall %}", "{{ person.full_name[0] }}", "{{ x }}",
        "{{ person is sameas 1 }}", "{{ 1 is callable }}", "{% autoescape true %}{% endautoescape %}",
        "'; drop table app.messages; -- {{ company_name; }}", "{{", "{% if %}",
    ],
)  # fmt: skip
def test_escape_is_refused_before_anything_runs(source):
    started = time.process_time()  # a busy machine makes it wait, not work
    with pytest.raises(TemplateError, match=r"the body, line [\d?]+: "):
        MessageTemplate.compile("Hi", source)
    assert time.process_time() - started < 1


def test_deep_nesting_is_refused_and_does_not_crash():
    with pytest.raises(TemplateError):
        MessageTemplate.compile("Hi", "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}")
    with pytest.raises(TemplateError, match="20000 are allowed"):
        MessageTemplate.compile("Hi", "x" * 20_001)


def test_data_is_never_read_as_a_template():
    subject, body = render(
        "{{ person.full_name }}",
        "{{ company.name }}",
        full_name="{{ 7 * 7 }}",
        company_name="{% raw %}'; drop table x; --",
    )
    assert (subject, body) == ("{{ 7 * 7 }}", "{% raw %}'; drop table x; --")


@given(st.text(min_size=1, max_size=60))
def test_subject_is_one_line_whatever_a_name_holds(name):
    try:
        subject, _ = render("For {{ person.full_name }}", full_name=name)
    except TemplateValueError:
        return
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 or sign in "\u2028\u2029" for sign in subject)


def test_header_injection():
    subject, body = render(
        "To {{ company.name }}", "{{ company.name }}", company_name="X\r\nBcc: all@x.example\r\n\r\nevil\x00"
    )
    assert subject == "To X Bcc: all@x.example evil"
    assert body == "X\nBcc: all@x.example\n\nevil"


@pytest.mark.parametrize("subject", ["{% if company.name == 'x' %}y{% endif %}", "x" * 201])
def test_subject_has_a_length(subject):
    with pytest.raises(TemplateValueError, match="1 to 200 are allowed"):
        render(subject)
