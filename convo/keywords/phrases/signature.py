"""The name that somebody signs a text with: `STOP - John`, `stop, Maria Lopez`, `STOP from J. Smith`.

Names are told by a list, for any word may stand in such a place: `Stop, Oops`, `stop - Bus`.
"""

import re
import unicodedata

# Common given names of English, French and Spanish, without accents. Left out is what may stand there for
# something else: words (Mark, Rosa, Pierre), places (Victoria, Charlotte), months (April), machines (Alexa).
_GIVEN = """
    aaron abigail adam adriana agnes ahmed alain alan albert alberto alejandra alejandro alex alexander
    alexandre alexis alfredo ali alice alicia allison alvaro amanda amelie amy ana anais andre andrea andres
    andrew andy angela anita ann anna anne annie anthony antoine antonio arthur arturo ashley audrey aurelie
    beatrice beatriz benjamin bernard beth betty bob bobby brenda brian brigitte bruce bruno caleb camila
    camille carl carlos caroline carolyn catherine cathy cecile celine chantal charles cheryl chris
    christelle christina christine christophe cindy claudia colette corinne courtney cristina curtis cynthia
    daniel daniela danielle dave david debbie deborah debra delphine denise dennis derek diane didier diego
    donald donna dorothy eduardo edward elena elijah elise ellen elodie elsa emilie emily emma enrique eric
    erica erin ernesto esteban esther ethan eva evelyn felipe fernanda fernando franck francois francoise
    frederic gabriel gabriela genevieve george gerald gerard gerardo gilles gonzalo graciela greg gregory
    guillaume guillermo gustavo hannah hector helen helene henry herve hugo ian ignacio ines irma isaac
    isabel isabella isabelle ivan jacob jacqueline jacques james jane janet jason javier jean jeanne jeff
    jeffrey jennifer jenny jeremy jerome jerry jesse jessica jill jim jimena joan joaquin joe johanna john
    johnny jonathan jorge jose josefina joseph joshua joyce juan juana juanita judith judy julia julian julie
    julien juliette justin karen karim karine karl kate katherine kathleen kathy katie keith kelly kenneth
    kevin kim kimberly kristen kyle larry laura lauren laurence laurent leslie leticia liam linda lisa liz
    lorena lorenzo lori louis louise lucas lucia lucie lucy luis luisa luke lupe lupita manon marcus margaret
    maria mariana marie mario marta martha martina martine mary mateo mathieu mathilde matt matthew matthieu
    megan mehdi melanie melissa michael michel michelle miguel mike miriam mohamed mohammed monica monique
    nadia natalia natalie nathalie nathan nicholas nicolas nicole noah noemie nora nuria oliver olivia oscar
    pablo paco pamela patricia patrick paul paula pauline pedro peggy peter phil philip philippe phillip
    rachel rachid rafael ralph ramon raquel raul raymond rebecca ricardo richard robert roberto rodrigo
    ronald ruben ruth ryan samantha samuel sandra sandrine sara sarah scott sebastien sergio severine sharon
    shirley silvia simone sofia sonia sophia sophie stephane stephanie stephen steve steven susan susana
    suzanne sylvia sylvie tammy teresa theo theresa thibault thierry thomas tiffany tim timothy todd tom tony
    travis valentina valeria valerie vanessa vincent virginie walter wendy william xavier ximena yannick
    yolanda yves yvette zachary zoe
"""

# What stands behind a given name with a capital, and makes no surname: a place, a day, a visit.
_NO_SURNAME = """
    street st avenue ave av road rd drive dr lane ln boulevard blvd place pl plaza square sq park station stop
    court ct circle parkway pkwy highway hwy bridge hospital clinic center centre church school college
    university library mall hotel hall airport terminal monday tuesday wednesday thursday friday saturday
    sunday january february march april may june july august september october november december
    appointment appt visit office
"""


def _one_of(words: str) -> str:
    return rf"(?i:{'|'.join(words.split())})\b"


_LED_IN = r"\b(?i:from|de la part de|de parte de|thanks|thank you|thx|gracias|merci)\s"
_BEFORE = rf"(?:,|--|(?<=\s)-|-(?=\s)|[–—]|{_LED_IN})"
_SURNAME = rf"(?!{_one_of(_NO_SURNAME)})[A-Z][a-z'’][A-Za-z'’]*(?:-[A-Z][a-z]+)?"
_INITIAL = r"[A-DF-MO-RT-VX-Z]\. ?"  # `N. Main` is a street
_TITLE = r"(?:Dr|Mrs?|Ms|Mme|Mlle|Sra?|Srta)\.? "
_GIVEN_NAME = rf"{_one_of(_GIVEN)}(?:-[A-Z][a-z]+)?"
_SIGNED = re.compile(
    rf"{_BEFORE}\s*\b(?:{_GIVEN_NAME}(?: (?:{_SURNAME}|[A-Z]\.?))?|(?:{_INITIAL}|{_TITLE}){_SURNAME})\W*\Z"
)


def unsigned(text: str) -> str | None:
    """What stands before the name that ends `text`, behind a comma, a dash, thanks or `from`, if one does.

    A given name may be in small letters or capitals. A surname has one capital: else it may be any word.
    """
    apart = unicodedata.normalize("NFKD", text)
    plain = "".join(sign for sign in apart if unicodedata.category(sign) not in ("Mn", "Cf"))
    found = _SIGNED.search(plain)
    return plain[: found.start()] if found else None
