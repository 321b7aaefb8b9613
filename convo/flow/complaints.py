"""What Jinja2 has against a text or an expression, in words that its author knows."""

import re
from collections.abc import Iterable

from convo.flow.names import only_near

# Of each complaint of Jinja2 what it means to an author; its groups go into the braces.
_MEANINGS = [
    (r"unexpected '}'|unexpected end of template, expected 'end of print statement'",
     "a {{{{ is not closed by }}}}"),
    (r"unexpected end of template, expected 'end of statement block'", "a {{% is not closed by %}}"),
    (r"unexpected '.*', expected '([\])])'|unexpected end of template, expected '([\])])'",
     "a {} is missing"),
    (r"expected token ':', got '}'", "there is a {{ too many"),
    (r"Unexpected end of template\. .* closed is '(\w+)'", "a {{% end{} %}} is missing"),
    (r"unexpected 'end of [\w ]+'|[Uu]nexpected end of template.*", "it breaks off"),
    (r"Expected an expression, got 'end of [\w ]+'", "nothing stands where something should"),
    (r"unexpected char (?:\"'\"|'\"') at \d+", "a quotation mark is not closed"),
    (r"unexpected char '(.)' at \d+", "the sign {} does not belong here"),
    (r"unexpected '(.*)'", "'{}' does not belong here"),
    (r"expected token 'end of [\w ]+', got '(.*)'", "'{}' does not belong here, or a sign is missing"),
    (r"expected token '(.*)', got 'end of .*'", "it breaks off where a {} is missing"),
    (r"expected token '(.*)', got '(.*)'", "a {} is missing before '{}'"),
    (r"Encountered unknown tag '(end\w+|else|elif)'.*", "a {{% {} %}} belongs to nothing"),
    (r"Encountered unknown tag '(\w+)'.*", "there is no {{% {} %}}"),
    (r"chunk after expression", "more follows where it should be over, or a sign is missing"),
]  # fmt: skip
_ONE_EQUALS = re.compile(r"(?<![=!<>])=(?!=)")


def in_words(message: str | None, source: str, filters: Iterable[str] = ()) -> str:
    """The complaint about `source` as a clause behind `cannot be read:`; a filter's slip with its name."""
    said = (message or "it breaks off").rstrip(".")
    if found := re.fullmatch(r"No (filter|test) named '(.*)'", said):
        near = only_near(found[2], filters)
        return f"there is no {found[1]} '{found[2]}'{f', but {near}' if near else ''}"
    if said == "chunk after expression" and _ONE_EQUALS.search(source):
        return "two things are compared by =="
    for pattern, meaning in _MEANINGS:
        if found := re.fullmatch(pattern, said, re.DOTALL):
            return meaning.format(*filter(None, found.groups()))
    return said
