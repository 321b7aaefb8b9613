"""The texts of verifications: one a language and kind, none with a link, and WebOTP's last line.

Languages of the GSM alphabet are worded so that they stay in it, and so in one segment.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from convo import segments

# Behind `{brand}: `, which is left out where a number has no brand.
CODE: Mapping[str, str] = MappingProxyType(
    {
        "en": "{code} is your code. Never share it with anyone.",
        "fr": "{code} est votre code. Ne le donnez à personne.",
        "es": "{code} es su clave. No la comparta con nadie.",
        "de": "{code} ist Ihr Code. Geben Sie ihn niemandem weiter.",
        "it": "{code} è il Suo codice. Non lo comunichi a nessuno.",
        "pt": "{code} é o seu PIN. Nunca o partilhe com ninguém.",
        "nl": "{code} is uw code. Deel deze met niemand.",
        "sv": "{code} är din kod. Dela den inte med någon.",
        "da": "{code} er din kode. Del den ikke med nogen.",
        "nb": "{code} er koden din. Ikke del den med noen.",
        "fi": "{code} on koodisi. Älä anna sitä kenellekään.",
        "pl": "Kod: {code}. Nikomu go nie podawaj.",
        "tr": "Kodunuz: {code}. Kimseye vermeyin.",
        "id": "{code} adalah kode Anda. Jangan berikan kepada siapa pun.",
        "cs": "Váš kód je {code}. Nikomu ho nesdělujte.",
        "el": "Κωδικός {code}. Μην τον δώσετε σε κανέναν.",
        "ru": "Код {code}. Никому его не сообщайте.",
        "uk": "Код {code}. Нікому його не повідомляйте.",
        "vi": "Mã của bạn là {code}. Đừng cho ai biết.",
        "ja": "認証コードは{code}です。誰にも教えないでください。",
        "zh": "验证码 {code}，请勿告诉他人。",
        "ko": "인증번호 {code}. 타인에게 알려주지 마세요.",
        "ar": "رمز التحقق {code}. لا تشاركه مع أحد.",
        "he": "קוד האימות {code}. אין למסור אותו לאיש.",
        "hi": "आपका कोड {code} है। इसे किसी को न बताएं।",
    }
)
PAYMENT: Mapping[str, str] = MappingProxyType(
    {
        "en": "{code} to pay {amount} to {payee}. Not you? Do not share it.",
        "fr": "{code} pour payer {amount} à {payee}. Ne le donnez à personne.",
        "es": "{code} para pagar {amount} a {payee}. No la comparta con nadie.",
        "de": "{code}, um {amount} an {payee} zu zahlen. Geben Sie ihn niemandem weiter.",
        "it": "{code} per pagare {amount} a {payee}. Non lo comunichi a nessuno.",
        "pt": "{code} para pagar {amount} a {payee}. Nunca o partilhe com ninguém.",
        "nl": "{code} om {amount} aan {payee} te betalen. Deel deze met niemand.",
        "sv": "{code} för att betala {amount} till {payee}. Dela den inte med någon.",
        "da": "{code} for at betale {amount} til {payee}. Del den ikke med nogen.",
        "nb": "{code} for å betale {amount} til {payee}. Ikke del den med noen.",
        "fi": "{code}: maksu {amount}, saaja {payee}. Älä anna koodia kenellekään.",
        "pl": "Kod: {code}. Kwota {amount}, odbiorca {payee}. Nikomu go nie podawaj.",
        "tr": "Kodunuz: {code}. Tutar: {amount}, {payee}. Kimseye vermeyin.",
        "id": "{code} untuk membayar {amount} kepada {payee}. Jangan berikan kepada siapa pun.",
        "cs": "Kód {code}: platba {amount}, {payee}. Nikomu ho nesdělujte.",
        "el": "Κωδικός {code}: {amount}, {payee}. Μην τον δώσετε.",
        "ru": "Код {code}: платёж {amount}, {payee}. Не сообщайте его.",
        "uk": "Код {code}: платіж {amount}, {payee}. Не повідомляйте його.",
        "vi": "Mã {code} để trả {amount} cho {payee}. Đừng cho ai biết.",
        "ja": "{payee}へ{amount}を支払う認証コード: {code}。誰にも教えないでください。",
        "zh": "验证码 {code}，向{payee}支付{amount}。请勿告诉他人。",
        "ko": "{payee} {amount} 결제 인증번호 {code}. 타인에게 알려주지 마세요.",
        "ar": "رمز {code} لدفع {amount} إلى {payee}. لا تشاركه مع أحد.",
        "he": "קוד {code} לתשלום {amount} ל-{payee}. אין למסור אותו.",
        "hi": "{payee} को {amount} देने का कोड {code}. इसे किसी को न बताएं।",
    }
)
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
# The full stop of Japanese and Chinese ends a sentence there, and parts a domain elsewhere (UTS #46, 2.3).
_LINK = re.compile(
    r"\w+://|\bwww\.|[\w-]+\.[^\W\d_]{2,}|(?=[\0-\u1fff])[\w-]\u3002(?=[\0-\u1fff])[^\W\d_]{2,}"
    rf"|(?<![\w.]){_OCTET}(?:\.{_OCTET}){{3}}(?!\.?\w)",
    re.IGNORECASE,
)
_NAME = re.compile(r"\{(\w*)\}")
_UNSEEN = ("Cf", "Mc", "Me", "Mn")  # categories of signs that stand between letters, or upon them
_SAMPLE = {"brand": "Elm St Clinic", "code": "123456", "amount": "120.00 EUR", "payee": "Green Grocer"}


def wording(own: Mapping[str, str], built_in: Mapping[str, str], language: str) -> str:
    """The template in `language` (BCP 47; its first part counts too), else in English; `own` go first."""
    named = language.lower()
    tags = (named, named.partition("-")[0], "en")
    texts = {**{tag: f"{{brand}}: {text}" for tag, text in built_in.items()}, **own}
    return next(texts[tag] for tag in tags if tag in texts)


def filled(template: str, values: Mapping[str, str], origin: str | None = None) -> str:
    """The text; with `origin` its last line is that of a browser.

    "Origin-bound one-time codes delivered via SMS" (WICG): `@host #code`, and nothing behind it.
    """
    if not values.get("brand"):
        template = template.replace("{brand}: ", "").replace("{brand}", "")
    text = _NAME.sub(lambda found: values.get(found[1], ""), template)
    return f"{text}\n@{origin} #{values['code']}" if origin else text


def link(text: str) -> str | None:
    """What a phone may make a link of, in whatever script and width it is written; None for nothing."""
    plain = unicodedata.normalize("NFKC", text)
    found = _LINK.search("".join(sign for sign in plain if unicodedata.category(sign) not in _UNSEEN))
    return found[0] if found else None


def too_long(name: str, own: Mapping[str, str]) -> Iterator[str]:
    """The languages in which a code of this brand takes more than a segment for its name.

    Of a name that is not in the GSM alphabet those languages are looked at which are not either.
    """
    for language in sorted({*CODE, *own}):
        template = wording(own, CODE, language)
        said = segments.count(filled(template, {**_SAMPLE, "brand": name}))
        with_short = segments.count(filled(template, _SAMPLE))
        if said.count > 1 and said.encoding == with_short.encoding:
            yield language


def check(language: str, template: str, names: frozenset[str]) -> None:
    """Raises ValueError with what is wrong with a template of the settings."""
    used = set(_NAME.findall(template))
    if missing := sorted(names - used):
        raise ValueError(f"{language}: it does not say {{{missing[0]}}}")
    if unknown := sorted(used - names):
        raise ValueError(f"{language}: there is no {{{unknown[0]}}}; there is {', '.join(sorted(names))}")
    text = filled(template, _SAMPLE)
    if found := link(text):
        raise ValueError(f"{language}: '{found}' is a link, which no text with a code may carry")
    if not text.replace("\n", "").isprintable():
        raise ValueError(f"{language}: it has signs that cannot be printed")
    if (size := segments.count(text).count) > 1:
        raise ValueError(f"{language}: with a short brand it is {size} segments long; one is the most")
