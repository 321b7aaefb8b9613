"""Faults planted in the shipped flows: each is found by `convo check` or `convo explore`, at its line.

Every row is a mistake that an author could make in a flow that was fine: what stood there, what stands there
now, what finds it, and a piece of the line that is told (of what stands there now unless said).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from convo.errors import Problem
from convo.flow.exploration import Bounds
from convo.flow.project import Project, check
from convo.testing.exploring import Wanted, explore_file

FLOWS = Path(__file__).parents[2] / "flows"
NOW = datetime(2026, 11, 30, tzinfo=UTC)
IN_THE_EVENING = datetime.fromisoformat("2026-11-30 21:00")  # wherever the number is


@dataclass(frozen=True)
class Fault:
    """A change to a shipped flow that makes it wrong."""

    flow: str
    old: str
    new: str
    found: str  # the code of `check`, or the fault of `explore`
    at: str = ""  # a piece of the line that is told; the first line of `new` unless said

    def plant(self) -> tuple[str, int]:
        """The flow with the fault in it, and the line that has to be told."""
        text = (FLOWS / f"{self.flow}.yaml").read_text()
        assert self.old in text, f"{self.flow} does not say {self.old!r} any more"
        if self.at:
            wrong = text.replace(self.old, self.new, 1)
            return wrong, wrong[: wrong.index(self.at)].count("\n") + 1
        return text.replace(self.old, self.new, 1), text[: text.index(self.old)].count("\n") + 1


CHECKED = {
    # Ways that lead nowhere, or nowhere else.
    "a destination with a typing slip": Fault(
        "appointment-reminder", "ok: confirmed", "ok: confirmd", "C011"
    ),
    "a state that was taken out": Fault(
        "appointment-reminder", "  no_answer: {end: no_answer}\n", "", "C011", "20 hours: no_answer"
    ),
    "a first state that is none": Fault("two-factor", "start: ask", "start: begin", "C010"),
    "a state that was forgotten to end": Fault(
        "appointment-reminder", ", end: released}", "}", "C015", "released: {say"
    ),
    "a state that ends and goes on": Fault(
        "appointment-reminder", "end: confirmed}", "end: confirmed, after: {1 day: no_answer}}", "C016"
    ),
    "a state that nothing leads to any more": Fault(
        "support", "on_error: trouble\n", "", "C012", "  trouble:"
    ),
    "states that go round without a wait": Fault(
        "delivery-window",
        "    then: change\n  sunday:",
        "    then: too_far\n  sunday:",
        "C014",
        "    then: too_far",
    ),
    "a person who cannot hand back": Fault(
        "support", "in_line: {hand_off: support, then: settled}", "in_line: {hand_off: support}", "C019"
    ),
    "a state that only comes back to itself": Fault(
        "delivery-window", "  done: {end: booked}", "  done: {after: {1 day: done}}", "C013"
    ),
    "back at the very beginning": Fault(
        "two-factor", "has no fui yo: denied", "has no fui yo: back", "C051", "      no, n, nope"
    ),
    "a state that is called like a destination": Fault("support", "  gone: {end", "  again: {end", "C050"),
    # Replies.
    "a reply that an earlier one hides": Fault(
        "appointment-reminder", "has another day: pick", "has another day, yes: pick", "C020"
    ),
    "a word that means STOP": Fault(
        "appointment-reminder", "no, n: released", "no, n, cancel: released", "C021"
    ),
    "a word that means HELP": Fault("support", "agent, person", "help, agent, person", "C021"),
    "a reply that takes what another should": Fault(
        "payment-reminder", "later, plan,", "later, has paid already,", "C020"
    ),
    "a word twice": Fault("two-factor", "no, n, nope", "no, n, nope, NOPE", "C066"),
    "a choice that nothing understands": Fault(
        "appointment-reminder", "Reply YES, NO or MOVE.", "Reply YES, NO or LATER.", "C047"
    ),
    "no answer to what is not understood": Fault(
        "appointment-reminder",
        '    otherwise: {say: "Sorry, I only know YES, NO or MOVE.", tries: 2, then: front_desk}\n',
        "",
        "C022",
        "    replies:",
    ),
    "silence that nobody thought of": Fault(
        "appointment-reminder", "    after: {1 day: front_desk}\n", "", "C023", "  pick_time:"
    ),
    "an `otherwise` that is never reached": Fault(
        "satisfaction-survey",
        "no, n, nothing, non, rien, nada: thanks",
        "<anything>: thanks",
        "C017",
        "    otherwise: {then: thanks}",
    ),
    "a pattern that RE2 cannot read": Fault(
        "support", "/(?P<order>[A-Z]{2}[ -]?\\d{4})/: problem", "/(?P<order>[A-Z{2}/: problem", "C005"
    ),
    "tries of nothing": Fault(
        "prescription-refill",
        "otherwise: {then: pharmacist}",
        "otherwise: {tries: 3, then: pharmacist}",
        "C018",
    ),
    # Clocks and moments.
    "a clock that an earlier one takes away": Fault(
        "appointment-reminder", "20 hours: no_answer", "2 hours: no_answer", "C062", "4 hours: {say"
    ),
    "a clock after the flow's own end": Fault(
        "two-factor", "needs:", "expires: 5 minutes\nneeds:", "C024", "after: {10 minutes"
    ),
    "a moment of something that is none": Fault(
        "payment-reminder", "due: date}", "due: text}", "C052", "due - 3 days"
    ),
    "a moment in the past": Fault(
        "event-rsvp", "at: {begins: no_answer}", "at: {2020-12-04 18:00: no_answer}", "C069"
    ),
    # Variables and expressions.
    "a variable with a typing slip": Fault(
        "appointment-reminder", "{{ name }}, still", "{{ nmae }}, still", "C030"
    ),
    "a part of a given name with a typing slip": Fault(
        "on-call-alert", "by: contact.number", "by: contact.nmuber", "C054"
    ),
    "a text that a # cuts short": Fault(
        "appointment-reminder", "suit you better? For example TUE 3PM.", "suit you # 3PM or 4PM?", "C055"
    ),
    "a variable in the wrong brackets": Fault(
        "appointment-reminder", "Thanks {{ name }}", "Thanks {name}", "C046"
    ),
    "a variable of the wrong type": Fault(
        "appointment-reminder", "visit: datetime}", "visit: text}", "C034", "say: Hi {{ name }}"
    ),
    "a variable that nothing uses": Fault(
        "event-rsvp", "vars:\n", "vars:\n  seats: integer = 1\n", "C031", "  seats:"
    ),
    "a variable that need not be set": Fault(
        "satisfaction-survey",
        "en: Thank you. A person will text you here.",
        "en: Thank you for {{ stars }} stars. A person will text you.",
        "C036",
    ),
    "a variable of two types": Fault(
        "event-rsvp", "save: {party: integer 1-8}", "save: {party: text 1-8}", "C037"
    ),
    "a number compared with a text": Fault(
        "satisfaction-survey", "stars >= 4: liked", "stars >= '4': liked", "C035"
    ),
    "a comparison that is never true": Fault(
        "on-call-alert", "turn == 1: second", "turn == '1': second", "C039"
    ),
    "a default that does not fit": Fault(
        "support", "shop: text 1-20 = Elm Street", "shop: text 1-5 = Elm Street", "C033"
    ),
    "an expression that breaks off": Fault("on-call-alert", "turn: turn + 1}", "turn: turn +}", "C005"),
    "a choice without an else": Fault(
        "support", "      else: closed\n", "", "C025", "    choose:\n      here.weekday"
    ),
    "what a trigger cannot give": Fault(
        "two-factor", "start: ask", "triggers: {keyword: code}\nstart: ask", "C032", "needs:"
    ),
    "a flow that does not exist": Fault(
        "on-call-alert", "flow: on-call-alert\n      c", "flow: on-call\n      c", "C053"
    ),
    "what that flow does not need": Fault(
        "on-call-alert",
        "with: {service: service, problem: problem, backup: contact",
        "with: {service: service, problm: problem, backup: contact",
        "C053",
    ),
    "shares that are not a whole": Fault(
        "satisfaction-survey", "short: 50%, warm", "short: 60%, warm", "C003"
    ),
    # Outcomes.
    "an outcome that is written in two ways": Fault(
        "event-rsvp", "  settled: {end: settled}", "  settled: {end: no-answer}", "C061", "no_answer: {end"
    ),
    "an outcome of convo's own": Fault(
        "event-rsvp", "  came: {end: coming}", "  came: {end: stopped}", "C003"
    ),
    "no outcome": Fault("two-factor", "  undelivered: {end: undelivered}", "  undelivered: {end: }", "R011"),
    # Texts.
    "a text that is not in Spanish": Fault(
        "two-factor",
        '      es: "{{ service }}: aprobado, ya puede entrar."\n',
        "",
        "C041",
        'en: "{{ service }}: approved',
    ),
    "a text that is not in the flow's language": Fault(
        "two-factor",
        '      en: "{{ service }}: approved, you are signed in."\n',
        "",
        "C040",
        "fr: \"{{ service }} : c'est",
    ),
    "an apostrophe that costs a segment": Fault(
        "delivery-window",
        "We come on {{ day | day }}, between",
        "We’ll come on {{ day | day }}, between",
        "C068",
    ),
    "an emoji that costs a segment": Fault("onboarding", "See you soon!\n", "See you soon 😀\n", "C068"),
    "a text for two segments": Fault(
        "onboarding",
        "Welcome to {{ practice }}, {{ name }}!",
        "Welcome to {{ practice }}, {{ name }}! We look forward to seeing you, and wish to know more.",
        "C067",
    ),
    "a text of nothing but blanks": Fault(
        "on-call-alert",
        "otherwise:\n      say:\n        en: DONE when it is solved, or PASS?",
        "otherwise:\n      say:\n        en: '  '",
        "C042",
        "en: '  '",
    ),
    "a link in a verification": Fault(
        "two-factor", "approved, you are signed in.", "signed in: https://bank.example", "C045"
    ),
    "marketing that nobody can end": Fault(
        "event-rsvp",
        "start: ask",
        "purpose: marketing\nstart: ask",
        "C044",
        'en: "{{ name }}, you are invited',
    ),
}

EXPLORED = {
    "a number that cannot be divided by": Fault(
        "satisfaction-survey",
        "  noted:\n",
        "  noted:\n    set: {each: 100 // (stars - 1)}\n",
        "error",
        "set: {each",
    ),
    "words in a place that a clock leads to": Fault(
        "on-call-alert", "turn == 1: second", "reply.text == 'pass': second", "error"
    ),
    "a number in what comes after the end": Fault(
        "payment-reminder",
        "      else: accounts\n  thanked",
        "      reply.value > 1: thanked\n      else: accounts\n  thanked",
        "error",
    ),
    "nobody answers, and it asks for ever": Fault(
        "prescription-refill", "      3 days: no_answer", "      3 days: ask", "endless", "  ask:"
    ),
    "an alert that rings for ever": Fault(
        "on-call-alert", "      10 minutes: pass_on", "      10 minutes: alert", "endless", "  alert:"
    ),
    "a loop that a count should have left": Fault(
        "onboarding", "      else: welcome\n", "      else: asked_again\n", "loop", "  later:"
    ),
    "a clock that the expiry overtakes": Fault(
        "onboarding", "      3 days: unfinished", "      9 days: unfinished", "late"
    ),
    "people who can go on for ever": Fault(
        "onboarding", "      visits('visit') > 3: desk\n", "", "texts", "  visit:"
    ),
    "the only way out is a word for STOP": Fault(
        "appointment-reminder",
        'released: {say: "OK, your slot goes to someone else. Call us to rebook.", end: released}',
        'released: {say: "OK. CANCEL?", replies: {cancel: no_answer}, otherwise: {say: Sorry?}}',
        "stuck",
    ),
}


def told_by_check(fault: Fault, text: str) -> list[Problem]:
    file = f"{fault.flow}.yaml"
    return check(Project({file: text.encode()}, NOW))


@pytest.mark.parametrize("fault", CHECKED.values(), ids=CHECKED)
def test_check_finds_a_planted_fault_at_its_line(fault: Fault) -> None:
    text, line = fault.plant()

    told = [(problem.code, problem.line) for problem in told_by_check(fault, text)]

    assert (fault.found, line) in told


@pytest.mark.parametrize("fault", EXPLORED.values(), ids=EXPLORED)
def test_explore_finds_what_only_happens_on_the_way(fault: Fault, tmp_path: Path) -> None:
    text, line = fault.plant()
    file = tmp_path / f"{fault.flow}.yaml"
    file.write_text(text)

    # In the evening the time that a contact wishes for is one at which nobody is there.
    explored = explore_file(file, Wanted(IN_THE_EVENING, "UTC", {}), Bounds())

    told = {(str(each.finding.fault), each.position.line) for each in explored.found}
    assert (fault.found, line) in told
