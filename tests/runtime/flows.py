"""Small flows that get in one another's way."""

from tests.runtime.house import VISIT

# Waits in line, for an hour at most.
SURVEY = """\
flow: survey
start: ask
triggers: {keyword: [survey]}
states:
  ask: {say: How was it?, replies: {good: thanks, person: desk}, otherwise: {say: GOOD?}}
  thanks: {say: Noted., end: answered}
  desk: {say: A person will text you., hand_off: reception, then: thanks}
"""
# Comes in between: a verification does unless it says otherwise.
CODE = """\
flow: code
start: ask
purpose: verification
triggers: {keyword: [code]}
states:
  ask: {say: Is it you?, replies: {ok: fine}, otherwise: {say: OK?}, after: {10 minutes: gone}}
  fine: {say: Signed in., end: approved}
  gone: {end: gone}
"""
# Comes in between, and is over at once.
FLASH = """\
flow: flash
start: tell
when_busy: interrupt
triggers: {exactly: [what is new, yes please]}
states:
  tell: {say: Nothing new., end: told}
"""
PROMO = """\
flow: promo
start: ask
when_busy: skip
triggers: {keyword: [promo]}
states:
  ask: {say: Half off!, replies: {more: bye}, otherwise: {say: MORE?}}
  bye: {end: seen}
"""
# Says something, and listens to nobody.
DEAF = """\
flow: deaf
start: wait
triggers: {keyword: [deaf]}
states:
  wait: {say: Hold on., after: {2 hours: bye}}
  bye: {say: Done., end: done}
"""
# Takes whatever nobody else does.
CATCH = """\
flow: catch
start: tell
when_busy: interrupt
triggers: {anything: true}
states:
  tell: {say: Caught., end: caught}
"""
# Answers for a day after its end.
LASTING = """\
flow: lasting
start: ask
afterwards: more
triggers: {keyword: [lasting]}
states:
  ask: {say: Your name?, save: {name: text}, then: bye}
  bye: {say: "Bye {{ name }}.", end: done}
  more: {say: "Anything else, {{ name }}?", replies: {no: none}, otherwise: {say: NO?}}
  none: {end: none}
"""
SUPPORT = """\
flow: support
start: ask
states:
  ask: {say: How can we help?, replies: {bye: done}, otherwise: {say: BYE?}}
  done: {end: done}
"""
# Asks again by another way where its text cannot be delivered.
FALLING = """\
flow: falling
start: ask
triggers: {keyword: [falling]}
states:
  ask:
    say: Can you come?
    replies: {yes: bye}
    otherwise: {say: YES?}
    undelivered: second
    after: {4 hours: bye}
  second: {say: Once more, replies: {yes: bye}, otherwise: {say: YES?}}
  bye: {end: done}
"""
LINE = {"visit": VISIT, "survey": SURVEY, "code": CODE, "flash": FLASH, "promo": PROMO, "deaf": DEAF}
# Is run by `join`, and can be started by itself.
PROOF = """\
flow: proof
start: ask
needs: {name: text}
expires: 2 days
states:
  ask:
    say: "{{ name }}, send the code."
    replies: {ok: good, person: desk, fail: broken}
    save: {code: integer 1000-9999}
    otherwise: {say: "The code?", tries: 1, then: refused}
    after: {1 hour: {say: "The code, please."}, 4 hours: late}
    undelivered: second
    then: good
  second: {say: Once more., replies: {ok: good}, otherwise: {then: refused}, after: {1 hour: late}}
  good: {end: approved}
  refused: {end: refused}
  late: {end: late}
  desk: {say: A person will text you., hand_off: proofs, then: good}
  broken: {say: "{{ 1 // 0 }}", end: refused}
"""
JOIN = """\
flow: join
start: ask
triggers: {keyword: [join]}
expires: 1 day
afterwards: more
states:
  ask:
    say: Your name?
    save: {name: text}
    otherwise: {say: "Your name?"}
    after: {2 hours: bye}
    then: prove
  prove:
    say: One moment.
    run:
      flow: proof
      with: {name: name}
      outcomes:
        approved: {set: {code: returned.code | default('none')}, then: member}
        late: {say: "Too late.", then: bye}
        expired: bye
        refused: bye
  member:
    say: Welcome, {{ name }} ({{ outcome }}).
    replies: {bye: bye}
    otherwise: {say: "BYE?"}
    after: {3 hours: bye}
  bye: {say: Bye., end: left}
  more: {say: "Anything else, {{ name | default('you') }}?", hand_off: desk, then: bye}
"""
