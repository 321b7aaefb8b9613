"""Reactions of phones (`Liked “…”`) and bare thanks: texts that nobody wrote to be answered.

A phone that cannot send a reaction as such texts a sentence that quotes the text reacted to, or
names what it was (`Loved an image`). A sentence that only begins like one (`Liked the service,
thanks`) is an ordinary text, and so is a lone emoji.
"""

import re
import unicodedata

from convo.normalising import normalise

_LONGEST = 2000  # characters; no phone quotes more, and what is longer may be hostile

# Any run of signs that are no letters, digits, blanks or punctuation: an emoji, however it is put together.
_EMOJI = r"""[^\w\s"“”„«»‹›‘’'.,;:()\[\]<>/\\@&%$€£+=*-]{1,12}"""
# Small letters without accents. One row a language; what a phone of that language calls them.
_VERBS = (
    "liked|loved|disliked|laughed at|emphasi[sz]ed|questioned"
    r"|removed (?:an? (?:like|heart|dislike|laugh|exclamation(?: mark| point)?|question mark|emphasis)"
    r"|(?:your |their |the )?{e}(?: reaction)?) from"
    r"|reacted (?:with )?{e} to|reacted with an? [\w' ]{{1,30}} to|{e} (?:to|from)",
    "a (?:aime|adore|questionne|souligne|accentue)|n[' ]?a pas aime|a ri (?:de|a)|a rigole de"
    "|a mis (?:en evidence|l'accent sur)|a remis en question|a interroge|a pose une question sur"
    r"|a reagi (?:(?:avec|par) )?{e} (?:a|au message|au texte)|{e} a"
    r"|a (?:attribue la mention .{{1,40}}?|(?:supprime|retire|enleve) (?:une? |le |la |l'|sa |son )?"
    r"(?:« )?(?:je n'aime pas|j'aime|coeur|cœur|rire|accentuation|(?:point d')?(?:exclamation|interrogation)"
    r"|mention .{{1,40}}?|question|reaction(?: {e})?|{e})(?: »)?) (?:de|du|a|sur|pour)",
    "(?:le (?:gusto|gusta|encanto|encanta|dio risa|hizo gracia|da risa))|no le (?:gusto|gusta)"
    "|se rio (?:de|con)|se ha reido de|enfatizo|destaco|recalco|exclamo (?:por|ante)|cuestiono"
    "|dudo (?:de|sobre)|pregunto (?:por|sobre)"
    r"|(?:reacciono|ha reaccionado) (?:con )?{e} (?:a|ante)"
    r"|(?:elimino|quito|ha eliminado|ha quitado) (?:una? |el |la |su )?(?:(?:no )?me (?:gusta|encanta)"
    r"|corazon|risa|(?:signo de )?(?:exclamacion|interrogacion)|enfasis|reaccion(?: {e})?|{e}) (?:de|a|en)",
)
_THINGS = (  # what stands for a text that cannot be quoted
    "an? (?:image|photo|picture|video|movie|attachment|audio message|voice message|gif|sticker|contact"
    "|location|link)",
    "(?:une? )(?:image|photo|video|film|piece jointe|message audio|message vocal|gif|autocollant|contact|lien"
    "|position)",
    "una? (?:imagen|foto|video|pelicula|archivo adjunto|adjunto|mensaje de audio|nota de voz|gif|sticker"
    "|contacto|enlace|ubicacion)",
)
_LAST_OF_THINGS = """
    image photo picture video movie attachment message gif sticker contact location link film jointe vocal
    audio autocollant lien position imagen foto película pelicula adjunto voz contacto enlace ubicación
    ubicacion
"""
_THING_ENDS = tuple(_LAST_OF_THINGS.split())
# A long text may be cut short together with its closing quote.
_QUOTED = r"""(?:["“”„].*(?:["“”]|…)|«.*(?:»|…)|‹.*›|‘.*’|'.*')"""
_REACTION = re.compile(
    rf"(?:{'|'.join(_VERBS).format(e=_EMOJI)}) ?(?:{_QUOTED}|{'|'.join(_THINGS)})\.?", re.DOTALL
)
_INVISIBLE = dict.fromkeys(
    map(ord, "\u00ad\u034f\u061c\u180e\u200b\u200c\u200e\u200f\u2060\u2061\ufeff\ufe0e\ufe0f")
) | dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_NEVER = re.compile(r"[\w '\u2019,.!?-]*[\w,!?)]", re.ASCII)  # no quote closes it: nearly every text


def is_reaction(text: str) -> bool:
    """Whether a phone wrote `text` to tell of a reaction: `Liked “…”`, `👍 to “…”`, `A aimé « … »`.

    English, French and Spanish, from iPhones and Android phones, with any quotes and with the
    invisible characters that some phones weave in; also where a reaction is taken back.
    """
    if len(text) > _LONGEST:
        return False
    plain = text.strip()
    if _NEVER.fullmatch(plain) and not plain.endswith(_THING_ENDS):
        return False
    plain = unicodedata.normalize("NFD", plain.translate(_INVISIBLE).casefold())
    plain = "".join(sign for sign in plain if unicodedata.category(sign) != "Mn")
    return _REACTION.fullmatch(" ".join(plain.replace("’a", "'a").replace("l’", "l'").split())) is not None


# Whole replies that ask for nothing; two of them make another: `ok thanks`, `merci, à bientôt`.
_ANSWERS = """
    thanks, thank you, thankyou, thank u, thanx, thx, thnx, tnx, ty, tysm, tyvm, ta, cheers, thanks a
    lot, many thanks, thanks so much, thank you so much, thank you very much, thanks very much, thanks
    again, thanks in advance, much appreciated, appreciated, i appreciate it, ok, okay, okey, okie, kk,
    k, okey dokey, okay dokey, great, perfect, cool, got it, understood, noted, alright, all right, will
    do, sounds good, awesome, lovely, brilliant, no problem, no worries, np, you too, bye, goodbye, see
    you, see you then, merci, mci, merci beaucoup, merci bien, merci a vous, merci a toi, grand merci,
    un grand merci, mille mercis, merci infiniment, merci d'avance, merci encore, d'accord, d accord,
    daccord, dac, d'ac, entendu, parfait, super, c'est note, bien note, bien recu, ca marche, ca roule,
    tres bien, compris, impeccable, nickel, genial, de rien, je vous remercie, je te remercie, bonne
    journee, bonne soiree, au revoir, a bientot, bonne nuit, gracias, muchas gracias, mil gracias,
    muchisimas gracias, muy agradecido, muy agradecida, gcs, grax, gracias a usted, gracias a ti,
    gracias a ustedes, se lo agradezco, te lo agradezco, vale, de acuerdo, perfecto, entendido, listo,
    muy bien, esta bien, excelente, estupendo, recibido, de nada, igualmente, hasta luego, hasta pronto,
    adios, un saludo, saludos
"""
_THANKS = frozenset(phrase.strip() for phrase in _ANSWERS.split(","))
_MOST_WORDS = max(len(phrase.split()) for phrase in _THANKS)
_THANKING_EMOJI = frozenset(
    "👍👌🙏🙌👏🤝✅✔☑❤♥🧡💛💚💙💜🖤🤍🤎💕💖💗💓💞😊🙂😀😃😄😁😍🥰☺😘🤗😉😎🎉💯🆗🫶🤙💪✨🌹🌸💐"
)
_JOINTS = re.compile(r"[\s,.!;:&+/()-]+")


def is_thanks(text: str) -> bool:
    """Whether `text` is nothing but thanks or an acknowledgement: `Thanks!`, `ok merci`, `👍`.

    English, French and Spanish. Whatever else stands in it (`thanks, but when?`) makes it a text.
    """
    if len(text) > 80 or "?" in text or "¿" in text:
        return False
    emoji = [sign for sign in text if unicodedata.category(sign) in ("So", "Sm", "Cs", "Cn")]
    if not all(sign in _THANKING_EMOJI for sign in emoji):
        return False
    bare = "".join(" " if sign in _THANKING_EMOJI else sign for sign in text)
    words = _JOINTS.sub(" ", normalise(bare)).split()
    if not words:
        return bool(emoji) and not any(sign.isalnum() for sign in text)
    at = 0
    while at < len(words):
        size = next((n for n in range(_MOST_WORDS, 0, -1) if " ".join(words[at : at + n]) in _THANKS), 0)
        if not size:
            return False
        at += size
    return True
